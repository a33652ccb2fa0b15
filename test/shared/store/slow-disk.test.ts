import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QuickAccess } from '../../../src/shared/store/file-access.ts';

const reads = 12;
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradline-slow-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Longest that a reader waits who does nothing else meanwhile; one that does ends the wait. Far longer than a busy machine keeps a thread waiting. */
const patience = 1500;

interface SlowFile {
  path: string;
  writer: Worker;
  /** How often the reader did something else, and how many reads it has ended. */
  progress: Int32Array;
}

/** A pipe with a name: whoever reads it waits for a writer, which waits until the reader does something else. */
function slowFile(): SlowFile {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const progress = new Int32Array(new SharedArrayBuffer(8));
  const write = `
    const { openSync, writeSync, closeSync } = require('node:fs');
    const { workerData: { path, progress } } = require('node:worker_threads');
    for (let i = 0; i < ${reads}; i++) {
      const pipe = openSync(path, 'w');
      Atomics.wait(progress, 0, i, ${patience});
      writeSync(pipe, 'picture');
      closeSync(pipe);
      // Its reader has to have closed it, too.
      Atomics.wait(progress, 1, i);
    }`;
  return { path, writer: new Worker(write, { eval: true, workerData: { path, progress } }), progress };
}

/** Whether the thread did something else before the file was there. */
async function wasFree(read: Promise<Buffer>, advance: () => void): Promise<boolean> {
  let free = false;
  const other = setImmediate(() => {
    free = true;
    advance();
  });
  expect((await read).toString()).toBe('picture');
  clearImmediate(other);
  return free;
}

test('a thread waits for a few slow files, and then does other things meanwhile', async () => {
  const { path, writer, progress } = slowFile();
  const advance = (place: 0 | 1, to: number) => {
    Atomics.store(progress, place, to);
    Atomics.notify(progress, place);
  };
  const access = new QuickAccess();
  const free: boolean[] = [];
  for (let i = 0; i < reads; i++) {
    free.push(await wasFree(access.read(path), () => advance(0, i + 1)));
    advance(0, i + 1);
    advance(1, i + 1);
  }
  await writer.terminate();
  expect(free[0]).toBe(false);
  expect(free.slice(4)).toEqual(free.slice(4).map(() => true));
});

test('a quick file is there before the thread could do anything else', async () => {
  const path = join(folder, 'quick');
  await writeFile(path, 'picture');
  const access = new QuickAccess();
  expect(await wasFree(access.read(path), () => {})).toBe(false);
});
