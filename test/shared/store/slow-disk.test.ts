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

/** A pipe with a name: whoever reads it waits for a writer, which lets it wait. */
function slowFile(milliseconds: number): { path: string; writer: Worker } {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const write = `
    const { openSync, writeSync, closeSync } = require('node:fs');
    for (let i = 0; i < ${reads}; i++) {
      const pipe = openSync(${JSON.stringify(path)}, 'w');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${milliseconds});
      writeSync(pipe, 'picture');
      closeSync(pipe);
      // Its reader has to have closed it, too.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${milliseconds});
    }`;
  return { path, writer: new Worker(write, { eval: true }) };
}

/** Whether the thread did something else before the file was there. */
async function wasFree(read: Promise<Buffer>): Promise<boolean> {
  let free = false;
  setImmediate(() => {
    free = true;
  });
  expect((await read).toString()).toBe('picture');
  return free;
}

test('a thread waits for a few slow files, and then does other things meanwhile', async () => {
  const { path, writer } = slowFile(20);
  const access = new QuickAccess();
  const free: boolean[] = [];
  for (let i = 0; i < reads; i++) free.push(await wasFree(access.read(path)));
  await writer.terminate();
  expect(free[0]).toBe(false);
  expect(free.slice(4)).toEqual(free.slice(4).map(() => true));
});

test('a quick file is there before the thread could do anything else', async () => {
  const path = join(folder, 'quick');
  await writeFile(path, 'picture');
  const access = new QuickAccess();
  expect(await wasFree(access.read(path))).toBe(false);
});
