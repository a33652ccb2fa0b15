import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type OpenModel, preflightRun } from '../../src/control/preflight-run.ts';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { checkOutput, preflight } from '../../src/shared/queue/preflight.ts';
import type { RunConfiguration } from '../../src/shared/run/configuration.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { openEvaluatingExplainer } from '../../src/worker/pipeline/evaluate/evaluating-explainer.ts';
import { writeTinyModel } from '../cli/tiny-model.ts';
import { startRedis } from '../fleet/redis-server.ts';
import { type S3Server, s3ServerProgram, startS3Server } from '../fleet/s3-server.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { redisProgram, useRedis } from './fixture.ts';
import { type ProxyRules, startS3Proxy } from './s3-proxy.ts';

/** On this thread, because Node.js loads no TypeScript in another. */
const open: OpenModel = async (options) => {
  const model = await openEvaluatingExplainer(options);
  return { model, [Symbol.asyncDispose]: () => model.close() };
};

describe.skipIf(redisProgram === null)('the preflight of a run', () => {
  const use = useRedis(['--appendonly', 'yes']);

  async function configuration(changes: Record<string, unknown> = {}): Promise<RunConfiguration> {
    const folder = await temporaryFolder();
    const model = join(folder, 'model.onnx');
    await writeTinyModel(model);
    const settings = { input: folder, output: join(folder, 'out'), model, layers: 'layer1,last', preprocess: 'none' };
    return readConfiguration({ ...settings, ...changes });
  }

  test('passes with what the layers resolve to, and leaves nothing behind', async () => {
    const checked = await configuration();
    const { layers, warnings, redis } = await preflightRun(use().redis, checked, open);
    expect(warnings).toEqual([]);
    expect(redis.version).toMatch(/^\d+\.\d+/);
    expect(layers.map(({ layer }) => layer)).toEqual(['layer1', 'last']);
    expect(await readdir(checked.output)).toEqual([]);
    expect(await use().redis.dbsize()).toBe(0);
  });

  test('a GPU that only the workers have is not asked for', async () => {
    const onGpu = await configuration({ provider: 'cuda', precision: 'float16' });
    await expect(preflightRun(use().redis, onGpu, open)).resolves.toBeDefined();
  });

  test('a class that is named by a folder of the input is not asked for', async () => {
    const named = await configuration({ labels: 'folder', target: 'class:tabby cat' });
    await expect(preflightRun(use().redis, named, open)).resolves.toBeDefined();
  });

  test.each([
    ['a layer that the model does not have', { layers: 'layer5' }, 'unknown-layer', /layer5.*Did you mean/s],
    ['a model that is none', { model: 'no.onnx' }, 'model-not-found', /no\.onnx/],
    ['a class that the model does not have', { target: 'class:99' }, 'unknown-class', /99/],
    ['a size that the model does not take', { size: 32 }, 'wrong-input-size', /32/],
  ])('%s is refused', async (_, changes, code, message) => {
    const wrong = await configuration(changes);
    await expect(preflightRun(use().redis, wrong, open)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('an output that cannot be written is refused', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const wrong = await configuration({ output: join(folder, 'file') });
    await expect(preflightRun(use().redis, wrong, open)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('a file stands where a folder should be'),
    });
  });

  test.each([
    [
      'that throws data away',
      ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'],
      'redis-evicts',
      /noeviction/,
    ],
    ['that is a replica', ['--replicaof', '127.0.0.1', '1'], 'redis-read-only', /primary/],
  ])('a Redis %s is refused', async (_, settings, code, message) => {
    const server = await startRedis(redisProgram ?? '', settings);
    onTestFinished(() => server.stop());
    const redis = await connectRedis(server.url, { use: 'command' });
    onTestFinished(() => redis.disconnect());
    await expect(preflight(redis)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('a Redis without an append-only file is warned of', async () => {
    const server = await startRedis(redisProgram ?? '');
    onTestFinished(() => server.stop());
    const redis = await connectRedis(server.url, { use: 'command' });
    onTestFinished(() => redis.disconnect());
    expect((await preflight(redis)).warnings).toEqual([expect.stringMatching(/append-only.*appendonly yes/)]);
  });
});

const program = await s3ServerProgram();

describe.skipIf(program === null)('the preflight of an output in a bucket', () => {
  let server: S3Server;

  beforeAll(async () => {
    server = await startS3Server(program ?? '');
    await server.createBucket('results');
  });
  afterAll(() => server.stop());

  async function outputBehind(rules: ProxyRules, location = 's3://results/run', account: Record<string, string> = {}) {
    const endpoint = await startS3Proxy(server.endpoint, rules);
    const environment = { ...server.environment, ...account, AWS_ENDPOINT_URL: endpoint };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const output = await openStore(location);
    onTestFinished(() => output.close());
    return output;
  }

  test('writes, reads the same bytes back and deletes them, below the prefix', async () => {
    const seen: string[] = [];
    const output = await outputBehind({
      refuse: (method, path) => {
        seen.push(`${method} ${path.split('?')[0]}`);
        return null;
      },
    });
    expect(await checkOutput(output)).toEqual([]);
    const names = seen.map((line) => line.replace(/\.preflight-[0-9a-f]+/, 'x'));
    expect(names).toEqual(['PUT /results/run/x', 'GET /results/run/x', 'DELETE /results/run/x']);
  });

  test('a server that gives back other bytes is refused', async () => {
    const output = await outputBehind({ change: (body) => Buffer.concat([body, Buffer.from('\r\nx-amz-checksum')]) });
    await expect(checkOutput(output)).rejects.toMatchObject({
      code: 'output-changes-bytes',
      message: expect.stringMatching(/65808 instead of 65792.*checksum trailers/),
    });
    const flipped = await outputBehind({
      change: (body) => Buffer.from(body.map((byte, i) => (i === 9 ? byte ^ 1 : byte))),
    });
    await expect(checkOutput(flipped)).rejects.toMatchObject({ code: 'output-changes-bytes' });
  });

  test('a server that does not give back what was just written is refused', async () => {
    const output = await outputBehind({
      refuse: (method) => (method === 'GET' ? { status: 404, code: 'NoSuchKey' } : null),
    });
    await expect(checkOutput(output)).rejects.toMatchObject({ code: 'output-loses-objects' });
  });

  test('a policy without deleting is only warned of', async () => {
    const output = await outputBehind({
      refuse: (method) => (method === 'DELETE' ? { status: 403, code: 'AccessDenied' } : null),
    });
    expect(await checkOutput(output)).toEqual([
      expect.stringMatching(/Deleting is not allowed in s3:\/\/results\/run/),
    ]);
  });

  test('a bucket that does not exist, a policy without writing, and wrong credentials are refused', async () => {
    await expect(checkOutput(await outputBehind({}, 's3://nowhere/run'))).rejects.toMatchObject({
      code: 'no-such-bucket',
      message: expect.stringContaining('s3://nowhere/run'),
    });
    const denied = await outputBehind({
      refuse: (method) => (method === 'PUT' ? { status: 403, code: 'AccessDenied' } : null),
    });
    await expect(checkOutput(denied)).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining('Check the bucket policy'),
    });
    const stranger = await outputBehind({}, 's3://results/run', { AWS_SECRET_ACCESS_KEY: 'not-the-secret' });
    await expect(checkOutput(stranger)).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.not.stringContaining('not-the-secret'),
    });
  });
});
