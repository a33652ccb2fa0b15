/** `npm run test:containers`: infra/Dockerfile built for real, and its images run as a cluster runs them. */

import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tinyProject } from '../cli/gradline.ts';
import { type RedisServer, redisServerProgram, startRedis } from '../fleet/redis-server.ts';
import { localS3Server, type S3Server, startS3Server } from '../fleet/s3-server.ts';
import { buildImage, runContainer, startContainer } from './podman.ts';

describe.skipIf(process.env.GRADLINE_CONTAINERS === undefined)('the images', () => {
  beforeAll(async () => {
    await buildImage('cpu');
    await buildImage('demo');
  }, 900_000);

  const alone = ['--network', 'none'];
  const shell = (script: string, ...options: string[]) =>
    runContainer({ image: 'cpu', words: ['-c', script], options: [...alone, '--entrypoint', 'sh', ...options] });

  test('start as a user without rights, who can write nowhere but in /tmp', async () => {
    const { code, stdout, stderr } = await shell(
      'id -u; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status; touch /app/x',
    );
    expect(stderr).toContain('Read-only file system');
    expect(code).not.toBe(0);
    expect(stdout.split(/\s+/).filter(Boolean)).toEqual(['1000', 'CapEff:', '0000000000000000', 'NoNewPrivs:', '1']);
  });

  test('list what is in them', async () => {
    const { stdout } = await shell('cat /app/sbom.cdx.json');
    const { bomFormat, components } = JSON.parse(stdout);
    expect(bomFormat).toBe('CycloneDX');
    const names = components.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['bullmq', 'onnxruntime-node', 'sharp']));
    expect(names).not.toContain('vitest');
  });

  test('explain a folder, without a network and without a word to anybody', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gradline-containers-'));
    try {
      await tinyProject(9, folder);
      await mkdir(join(folder, 'out'));
      await chmod(join(folder, 'out'), 0o777);
      await chmod(folder, 0o755);
      const command =
        'gradline run /data/photos --model /data/model.onnx --classes /data/classes.txt --preprocess none --labels folder ' +
        '--output /data/out/run && find /tmp -ipath "*microsoft*"';
      const { code, stdout, stderr } = await shell(command, '--volume', `${folder}:/data`);
      expect(code, stderr).toBe(0);
      expect(stdout).not.toMatch(/microsoft/i);
      const file = JSON.parse(await readFile(join(folder, 'out/run/run.json'), 'utf8'));
      expect(file).toMatchObject({ state: 'complete', counts: { images: 9, done: 9 } });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  describe('with Redis and an S3 server', () => {
    let redis: RedisServer;
    let s3: S3Server;
    beforeAll(async () => {
      const [redisProgram, s3Program] = await Promise.all([redisServerProgram(), localS3Server()]);
      redis = await startRedis(redisProgram ?? '', ['--appendonly', 'yes']);
      s3 = await startS3Server(s3Program ?? '');
    });
    afterAll(async () => {
      await redis.stop();
      await s3.stop();
    });

    const fleet = (image: string, words: string[]) => ({
      image,
      words,
      options: ['--network', 'host'],
      variables: { ...s3.environment, GRADLINE_REDIS: redis.url },
    });

    test('fill a bucket, enqueue a run and complete it', async () => {
      const filled = await runContainer(fleet('demo', ['--count', '40', 's3://gradline']));
      expect(filled.code, filled.stderr).toBe(0);
      const settings = ['--model', 's3://gradline/model/demo.onnx', '--classes', 's3://gradline/model/classes.json'];
      const words = ['enqueue', 's3://gradline/validation', ...settings, '--output', 's3://gradline/runs/demo'];
      const enqueued = await runContainer(
        fleet('cpu', [...words, '--labels', 'folder', '--shard-size', '10', '--run', 'demo']),
      );
      expect(enqueued.code, enqueued.stderr).toBe(0);
      const worked = await runContainer(
        fleet('cpu', ['worker', '--until-empty', '--model-cache', '/tmp/models', '--pixel-threads', '2']),
      );
      expect(worked.code, worked.stderr).toBe(0);
      const status = await runContainer(fleet('cpu', ['status', 'demo', '--json']));
      expect(JSON.parse(status.stdout)).toMatchObject({ state: 'complete' });
    });

    test('end when they are told to, as a pod does', async () => {
      const worker = startContainer(fleet('cpu', ['worker', '--model-cache', '/tmp/models', '--json']));
      await new Promise<void>((resolve) => worker.child.stdout?.once('data', () => resolve()));
      worker.child.kill('SIGTERM');
      expect((await worker.ended).code).toBe(0);
    });

    test('end when they are told to while they start', async () => {
      // As the first process, which hears only the signals that it listens for; Node itself takes a moment before it can. They are sent from inside: podman,
      // which passes signals on, would be ended by one while it cleans up. A second signal that is heard would end the worker with another code.
      const script = '(while kill -TERM 1; do sleep 0.1; done) & exec gradline worker --model-cache /tmp/models';
      const { options, ...rest } = fleet('cpu', ['-c', script]);
      const { code, stderr } = await runContainer({ ...rest, options: [...options, '--entrypoint', 'sh'] });
      expect(code, stderr).toBe(0);
    });
  });
});
