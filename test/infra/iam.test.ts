import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What S3 asks for before it does what the SDK's command says: "Actions, resources, and condition keys for Amazon S3". */
const actions: Record<string, string> = {
  GetObjectCommand: 's3:GetObject',
  HeadObjectCommand: 's3:GetObject',
  PutObjectCommand: 's3:PutObject',
  CreateMultipartUploadCommand: 's3:PutObject',
  UploadPartCommand: 's3:PutObject',
  CompleteMultipartUploadCommand: 's3:PutObject',
  AbortMultipartUploadCommand: 's3:AbortMultipartUpload',
  DeleteObjectCommand: 's3:DeleteObject',
  ListObjectsV2Command: 's3:ListBucket',
};

const policy = z.object({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.strictObject({
      Sid: z.string(),
      Effect: z.literal('Allow'),
      Action: z.array(z.string()),
      Resource: z.array(z.string()),
    }),
  ),
});

async function commands(): Promise<string[]> {
  const folder = join(root, 'src/shared/store');
  const found = new Set<string>();
  for (const file of await readdir(folder)) {
    for (const [, name] of (await readFile(join(folder, file), 'utf8')).matchAll(/\bnew [\w.#]*sdk\.(\w+Command)\(/g)) {
      found.add(name ?? '');
    }
  }
  return [...found];
}

/** Actions by bucket, such as `results`. */
async function allowed(name: string): Promise<Map<string, Set<string>>> {
  const { Statement } = policy.parse(JSON.parse(await readFile(join(root, `infra/iam/${name}.json`), 'utf8')));
  const buckets = new Map<string, Set<string>>();
  for (const { Action, Resource } of Statement) {
    for (const resource of Resource) {
      const [, bucket = '', objects] = /^arn:aws:s3:::example-([a-z]+)(\/\*)?$/.exec(resource) ?? [];
      for (const action of Action) {
        // Of a bucket or of its objects: the wrong one grants nothing.
        expect(objects === undefined, `${name}: ${action} on ${resource}`).toBe(action === 's3:ListBucket');
        buckets.set(bucket, (buckets.get(bucket) ?? new Set()).add(action));
      }
    }
  }
  return buckets;
}

describe('the policies in infra/iam', () => {
  test('know every call to S3 in the code', async () => {
    const called = await commands();
    expect(called.length).toBeGreaterThanOrEqual(9);
    expect(called.filter((name) => !(name in actions))).toEqual([]);
    expect(Object.keys(actions).filter((name) => !called.includes(name))).toEqual([]);
  });

  test('let a worker do all of them with results, and nothing but read elsewhere', async () => {
    const worker = await allowed('worker');
    const needed = new Set((await commands()).map((name) => actions[name] ?? name));
    expect(worker.get('results')).toEqual(needed);
    for (const bucket of ['images', 'models']) {
      expect(worker.get(bucket)).toEqual(new Set(['s3:ListBucket', 's3:GetObject']));
    }
  });

  test('let a producer do what a worker may, but for uploads in parts', async () => {
    const [producer, worker] = await Promise.all([allowed('producer'), allowed('worker')]);
    worker.get('results')?.delete('s3:AbortMultipartUpload');
    expect(producer).toEqual(worker);
  });

  test('let a reader change nothing, and see no image or model', async () => {
    expect(await allowed('reader')).toEqual(new Map([['results', new Set(['s3:ListBucket', 's3:GetObject'])]]));
  });
});
