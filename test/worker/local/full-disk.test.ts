import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RunStopped } from '../../../src/worker/pipeline/run-stopped.ts';
import {
  configurationIn,
  explain,
  recordsIn,
  runFileIn,
  temporaryFolder,
  writeInto,
  writePictures,
} from './run-fixture.ts';

/** Mounts a file system of `size` bytes on a folder; false where this user may not. */
function mountSmall(folder: string, size: number): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync('umount', [folder]));
  return true;
}

describe('a run whose output cannot be written', () => {
  test('stops with one message when the disk is full, and can be resumed', async ({ skip }) => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 300);
    const configuration = await configurationIn(folder);
    await mkdir(configuration.output);
    if (!mountSmall(configuration.output, 400 * 1024)) skip('needs the right to mount a file system');

    const stopped = await explain(configuration).catch((error: unknown) => error);
    expect(stopped).toBeInstanceOf(RunStopped);
    expect(stopped).toMatchObject({ code: 'no-space', message: expect.stringContaining('the disk is full') });
    const kept = await recordsIn(configuration.output);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(300);

    execFileSync('mount', ['-o', 'remount,size=16m', configuration.output]);
    const resumed = await explain({ ...configuration, resume: true });
    expect(resumed).toMatchObject({ state: 'complete', images: 300, skipped: kept.length });
  });

  test('stops when a file stands where a folder should be, and run.json says why', async () => {
    const folder = await temporaryFolder();
    await writePictures(join(folder, 'input'), 200);
    const configuration = await configurationIn(folder);
    await writeInto(configuration.output, 'overlays', 'a file');
    const stopped = await explain(configuration).catch((error: unknown) => error);
    expect(stopped).toBeInstanceOf(RunStopped);
    expect(stopped).toMatchObject({ message: expect.stringContaining('a file stands where a folder should be') });
    expect(await runFileIn(configuration.output)).toMatchObject({ state: 'failed', error: { code: 'unavailable' } });
  });
});
