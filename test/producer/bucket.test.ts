import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { planRun, type RunPlan } from '../../src/producer/plan.ts';
import { imageKeyProblem } from '../../src/shared/run/output-key.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { type S3Server, s3ServerProgram, startS3Server } from '../fleet/s3-server.ts';
import { temporaryFolder, writeFiles } from '../shared/temporary-folder.ts';

const program = await s3ServerProgram();

async function planOf(input: string, flags: Record<string, unknown> = {}): Promise<RunPlan> {
  return planRun(await readConfiguration({ input, model: 'm', output: 's3://photos/out', ...flags }));
}

async function labelsOf(plan: RunPlan): Promise<[string, number | null][]> {
  const labels: [string, number | null][] = [];
  for await (const shard of plan.shards) for (const { key, label } of shard.images) labels.push([key, label]);
  return labels;
}

describe.skipIf(program === null)('images in a bucket', () => {
  let server: S3Server;

  beforeAll(async () => {
    server = await startS3Server(program ?? '');
    for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
    await server.createBucket('photos');
    await server.createBucket('other');
    const store = await openStore('s3://photos');
    const texts: Record<string, string> = {
      'val/dog/1.jpg': 'dog 1',
      'val/cat/2.JPG': 'cat 2',
      'val/cat/a b é.png': 'cat b',
      'val/notes.txt': '',
      'val/classes.json': '["bird","cat","dog"]',
      'val/list.csv': 'key,label\ndog/1.jpg,dog\ns3://other/deep/3.jpg,0\ns3://photos/val/cat/2.JPG,1\n',
      'text/a.txt': '',
      'out/overlays/x/y.jpg': '',
    };
    for (const [key, text] of Object.entries(texts)) await store.put(key, text, 'text/plain');
    await (await openStore('s3://other')).put('deep/3.jpg', 'bird 3', 'text/plain');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.stop();
  });

  test('are listed below the prefix, without a count', async () => {
    const plan = await planOf('s3://photos/val');
    expect(await labelsOf(plan)).toEqual([
      ['cat/2.JPG', null],
      ['cat/a b é.png', null],
      ['dog/1.jpg', null],
    ]);
    expect(plan.total).toBeNull();
    expect((await plan.store.get('cat/a b é.png')).toString()).toBe('cat b');
  });

  test('are counted when their folders are the classes', async () => {
    const plan = await planOf('s3://photos/val/', { labels: 'folder' });
    expect(plan).toMatchObject({ total: 3, classNames: ['cat', 'dog'] });
    expect(await labelsOf(plan)).toEqual([
      ['cat/2.JPG', 0],
      ['cat/a b é.png', 0],
      ['dog/1.jpg', 1],
    ]);
    const named = await planOf('s3://photos/val/', { labels: 'folder', classes: 's3://photos/val/classes.json' });
    expect((await labelsOf(named)).map(([, label]) => label)).toEqual([1, 1, 2]);
  });

  test('are not those of the output inside the input', async () => {
    expect((await labelsOf(await planOf('s3://photos'))).map(([key]) => key)).not.toContain('out/overlays/x/y.jpg');
    await expect(planOf('s3://photos/out')).rejects.toMatchObject({ code: 'same-output' });
  });

  test('may be named by a list there, also in other buckets', async () => {
    const plan = await planOf('s3://photos/val/list.csv', { classes: 's3://photos/val/classes.json' });
    expect(await labelsOf(plan)).toEqual([
      ['dog/1.jpg', 2],
      ['s3://other/deep/3.jpg', 0],
      ['cat/2.JPG', 1],
    ]);
    expect(plan.total).toBe(3);
    expect((await plan.store.get('dog/1.jpg')).toString()).toBe('dog 1');
    expect((await plan.store.get('s3://other/deep/3.jpg')).toString()).toBe('bird 3');
    expect(imageKeyProblem('s3://other/deep/3.jpg')).toBeNull();
    await plan.store.close();
  });

  test('may be named by a local list', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'list.jsonl': '{"key":"s3://photos/val/dog/1.jpg"}\n{"key":"near.jpg"}',
      'near.jpg': 'near',
    });
    const plan = await planOf(join(folder, 'list.jsonl'));
    expect(await labelsOf(plan)).toEqual([
      ['s3://photos/val/dog/1.jpg', null],
      ['near.jpg', null],
    ]);
    expect((await plan.store.get('s3://photos/val/dog/1.jpg')).toString()).toBe('dog 1');
    expect((await plan.store.get('near.jpg')).toString()).toBe('near');
  });

  test('that are missing stop the plan: no bucket, no list, no images', async () => {
    await expect(planOf('s3://missing-bucket/x')).rejects.toMatchObject({ code: 'no-such-bucket' });
    await expect(planOf('s3://photos/missing.csv')).rejects.toMatchObject({ code: 'not-found' });
    await expect(planOf('s3://photos/text')).rejects.toThrow(
      /s3:\/\/photos\/text holds no images .* It holds 1 other file \(\.txt\)\./,
    );
    await expect(planOf('s3://photos/va')).rejects.toMatchObject({ code: 'no-images' });
  });
});
