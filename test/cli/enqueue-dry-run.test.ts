import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { gradline } from './gradline.ts';

const run = ['enqueue', 's3://photos/val', '--model', 's3://models/m.onnx', '--output', 's3://results/val'];
/** Where nothing listens. */
const nowhere = { GRADLINE_REDIS: 'redis://me:secret@127.0.0.1:1' };

describe('gradline enqueue --dry-run', () => {
  test('prints a Job, and needs no Redis for it', async () => {
    const { code, stdout, stderr } = await gradline([...run, '--dry-run', '--wait', '--low-watermark', '5'], nowhere);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('kind: ConfigMap');
    expect(stdout).toContain('kind: Job');
    expect(stdout).toMatch(/- --low-watermark\n\s+- "5"\n\s+- --wait/);
    expect(stdout).not.toContain('secret@');
  });

  test('writes it into a file, and says what a container will not find', async () => {
    const file = join(await temporaryFolder(), 'job.yaml');
    const { code, stdout, stderr } = await gradline([
      ...run,
      '--classes',
      'names.txt',
      '--dry-run',
      '-o',
      file,
      '--image',
      'registry.example.com/gradline:7',
    ]);
    expect(code).toBe(0);
    expect(stdout).toBe(`Nothing is enqueued. kubectl apply --filename ${file} does it.\n`);
    expect(stderr).toMatch(/^Warning: \/.*\/names\.txt must be there in the Job's container and on every worker/);
    expect(await readFile(file, 'utf8')).toContain('image: registry.example.com/gradline:7');
  });

  test('refuses what the run would refuse', async () => {
    const { code, stdout, stderr } = await gradline([...run, '--shard-size', 'many', '--dry-run']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--shard-size');
  });

  test('is asked for by its own name', async () => {
    const file = join(await temporaryFolder(), 'job.yaml');
    const { code, stderr } = await gradline([...run, '-o', file], nowhere);
    expect(code).toBe(2);
    expect(stderr).toContain('Add --dry-run');
    await expect(access(file)).rejects.toThrow();
  });
});
