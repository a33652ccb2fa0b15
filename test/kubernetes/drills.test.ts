/**
 * `npm run test:kubernetes`: the chart on a real control plane with real KEDA, its pods real containers of the project's images. What is
 * tried is what strands runs elsewhere: workers from nothing and to nothing, nodes that are gone, pods that are stopped at work, a Redis that
 * or a bucket that is away, an ending that takes long, an upgrade. Each must end in a complete run with every image in it once, and with no worker left.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFailed, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { type RunStatus, readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger } from '../../src/shared/ledger/run-keys.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { gradline } from '../cli/gradline.ts';
import { buildImage, runContainer } from '../containers/podman.ts';
import { type FaultProxy, startFaultProxy } from '../fleet/fault-proxy.ts';
import { type RedisServer, redisServerProgram, startRedis } from '../fleet/redis-server.ts';
import { localS3Server, type S3Server, startS3Server } from '../fleet/s3-server.ts';
import { cases } from '../infra/chart/cases.ts';
import { chart, helmProgram, render } from '../infra/chart/helm.ts';
import { podOf } from '../infra/chart/manifest.ts';
import { type Api, openApi } from './api.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { type PodRunner, startPodRunner } from './pod-runner.ts';
import { startService } from './service.ts';

const programs = process.env.GRADLINE_TEST_CLUSTER || join(homedir(), '.cache/gradline/test-cluster');
const helm = await helmProgram();
const images = 240;
const began = Date.now();
const log = (line: string) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(7)} ${line}`);

describe.skipIf(process.env.GRADLINE_KUBERNETES === undefined)('the chart on a real control plane', () => {
  let folder: string;
  let redis: RedisServer;
  let s3: S3Server;
  /** Between the pods and the bucket. */
  let bucket: FaultProxy;
  let cluster: Cluster;
  let api: Api;
  let runner: PodRunner;
  let service: Awaited<ReturnType<typeof startService>>;
  const kubectl = (words: string[], input?: string) => cluster.kubectl(['--namespace', 'maps', ...words], input);
  /** Lets in "restricted" pods only. */
  const makeNamespace = (name: string) => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
    return cluster.kubectl(['apply', '--filename', '-'], JSON.stringify(namespace));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradline-drills-'));
    for (const target of ['cpu', 'demo']) await buildImage(target);
    const [redisProgram, s3Program] = await Promise.all([redisServerProgram(), localS3Server()]);
    redis = await startRedis(redisProgram ?? '', ['--appendonly', 'yes']);
    s3 = await startS3Server(s3Program ?? '');
    bucket = await startFaultProxy(s3.endpoint, 'drills');
    Object.assign(process.env, s3.environment);
    const fill = { image: 'demo', words: ['--count', String(images), 's3://gradline'], options: ['--network', 'host'] };
    const filled = await runContainer({ ...fill, variables: s3.environment });
    expect(filled.code, filled.stderr).toBe(0);
    cluster = await startCluster(programs);
    api = openApi(cluster);
    runner = await startPodRunner(api, ['gpu-0', 'gpu-1', 'gpu-2', 'cpu-0'], log);
    service = await startService(() =>
      runner
        .pods('scheduler')
        .filter(({ ready }) => ready)
        .map(({ port }) => port),
    );
    const stringData = { GRADLINE_REDIS: redis.url, ...s3.environment, AWS_ENDPOINT_URL: bucket.endpoint };
    await makeNamespace('maps');
    await kubectl(
      ['apply', '--filename', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'gradline' }, stringData }),
    );
  }, 1_200_000);
  afterAll(async () => {
    await runner?.stop();
    await service?.stop();
    api?.close();
    await cluster?.stop();
    await redis?.stop();
    await bucket?.stop();
    await s3?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const install = async (scaling: Record<string, unknown>, more: Record<string, unknown> = {}) => {
    const quick = { max: 3, shardsPerWorker: 4, pollingInterval: 2, cooldownPeriod: 5, scaleDownAfter: 5 };
    const resources = { requests: { cpu: '1', memory: '512Mi' }, limits: { memory: '1Gi' } };
    const values = {
      image: { repository: 'localhost/gradline-cpu', tag: 'latest' },
      redis: { existingSecret: { name: 'gradline' } },
      store: { existingSecret: 'gradline' },
      autoscaling: { url: `${service.address}/metrics` },
      pools: [
        {
          name: 'gpu',
          gpus: 1,
          provider: 'cpu',
          threads: 1,
          pixelThreads: 1,
          resources,
          scaling: { ...quick, ...scaling },
          ...more,
        },
      ],
    };
    const file = join(folder, 'values.yaml');
    await writeFile(file, stringify(values));
    const release = ['gradline', chart, '--namespace', 'maps', '--values', file];
    await cluster.helm(['upgrade', '--install', ...release]);
  };

  const status = async (run: string): Promise<RunStatus | null> => {
    const client = await connectRedis(redis.url, { use: 'command' });
    try {
      return await readStatus(openRunLedger(client, run));
    } finally {
      client.disconnect();
    }
  };
  const workers = () => runner.pods('worker-gpu');
  const outstanding = async () => {
    const text = await fetch(`${service.address}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
    return /^gradline_outstanding_work\S* (\S+)$/m.exec(text)?.[1] ?? '?';
  };

  /** Waits, and says what changes meanwhile. */
  const until = async (what: string, reached: () => Promise<boolean> | boolean, seconds = 300, pause = 1_000) => {
    let last = '';
    for (const end = Date.now() + seconds * 1_000; Date.now() < end; await wait(pause)) {
      const line = `${workers().length} workers, ${await outstanding()} outstanding`;
      if (line !== last) log(line);
      last = line;
      if (await reached()) return;
    }
    throw new Error(`Not within ${seconds} s: ${what}. ${await kubectl(['get', 'pods,scaledobjects,scaledjobs,hpa'])}`);
  };

  /** The run as a manifest, made by the command and applied. */
  const enqueue = async (run: string) => {
    const model = ['--model', 's3://gradline/model/demo.onnx', '--classes', 's3://gradline/model/classes.json'];
    const output = ['--output', `s3://gradline/runs/${run}`, '--run', run, '--shard-size', '10'];
    const settings = ['--labels', 'folder', '--target', 'predicted,label', '--layers', 'layer3,layer4'];
    const words = ['enqueue', 's3://gradline/validation', ...model, ...output, ...settings];
    const made = await gradline([...words, '--dry-run', '--image', 'localhost/gradline-cpu:latest']);
    await kubectl(['apply', '--filename', '-'], made.stdout);
  };

  const underWay = (run: string) => async () => ((await status(run))?.shardsUnderWay ?? 0) >= 3;

  /** Complete, each image in it once, and nobody left. */
  const expectComplete = async (run: string) => {
    await until(`${run} is complete`, async () => (await status(run))?.state === 'complete');
    await until('no worker is left', () => workers().length === 0);
    const output = await openStore(`s3://gradline/runs/${run}`);
    const keys: string[] = [];
    for await (const { key } of output.list('scores/part-')) {
      const lines = (await output.get(key)).toString('utf8').trimEnd().split('\n');
      keys.push(...lines.map((line) => String(JSON.parse(line).key)));
    }
    await output.close();
    expect(keys.length).toBe(images);
    expect(new Set(keys).size).toBe(images);
    expect(runner.killed).toEqual([]);
    expect(runner.failures.splice(0)).toEqual([]);
    log(`${run}: complete, ${images} images once each, 0 workers`);
  };
  const drill = (name: string, body: () => Promise<void>) =>
    test(name, { timeout: 900_000 }, async () => {
      log(`--- ${name}`);
      onTestFailed(() => log(`FAILED: ${name}`));
      await body();
    });

  drill('the release is installed where only "restricted" pods are let in', async () => {
    const loose = ['run', 'loose', '--image', 'busybox'];
    await expect(kubectl(loose)).rejects.toThrow(/violates PodSecurity "restricted/);
    await install({});
    await kubectl(['wait', '--for=condition=Available', 'deployment/gradline-scheduler', '--timeout=120s']);
    await until('no worker is left without work', () => workers().length === 0);
  });

  drill(
    'the server takes the chart with any of its values, and its pods where only "restricted" ones are let in',
    async () => {
      // In a namespace of its own: what is there already would be merged with what is applied.
      await makeNamespace('matrix');
      const kubectl = (words: string[], input?: string) => cluster.kubectl(['--namespace', 'matrix', ...words], input);
      await kubectl(['create', 'priorityclass', 'batch', '--value=1']);
      const runtime = {
        apiVersion: 'node.k8s.io/v1',
        kind: 'RuntimeClass',
        metadata: { name: 'nvidia' },
        handler: 'nvidia',
      };
      await kubectl(['apply', '--filename', '-'], JSON.stringify(runtime));
      const strict = ['apply', '--dry-run=server', '--validate=strict', '--filename', '-'];
      for (const [name, values] of Object.entries(cases)) {
        // The Prometheus operator is not installed here.
        const objects = (await render(helm ?? '', values)).filter(({ kind }) => kind !== 'PodMonitor');
        const answer = await kubectl(strict, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
        expect(answer.match(/server dry run/g)?.length, name).toBe(objects.length);
        const pods = objects
          .flatMap((object) => podOf(object) ?? [])
          .map(({ metadata, spec }, index) => ({
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { ...metadata, name: `pod-${index}` },
            // Those of the chart are not there in a dry run.
            spec: {
              ...spec,
              serviceAccountName: 'default',
              volumes: [...spec.volumes, { name: 'data', emptyDir: {} }],
            },
          }));
        await kubectl(strict, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }));
      }
    },
  );

  drill('workers come from zero, and go when the run is complete', async () => {
    await enqueue('from-zero');
    await until('there are three workers', () => workers().length === 3);
    await expectComplete('from-zero');
  });

  drill('the ending takes longer than workers are kept without work', async () => {
    await enqueue('ending');
    const almost = async () => {
      const { shards, settledShards } = (await status('ending')) ?? { shards: null, settledShards: 0 };
      return shards !== null && settledShards >= shards - 2;
    };
    await until('all but two shards are done', almost, 300, 200);
    // Each request of the merge and of the report takes so long.
    bucket.set({ latency: 700 });
    onTestFinished(() => bucket.set({}));
    const slowed = Date.now();
    await until('the ending is complete', async () => (await status('ending'))?.state === 'complete');
    const seconds = (Date.now() - slowed) / 1_000;
    bucket.set({});
    log(`the ending took ${seconds.toFixed(0)} s`);
    expect(seconds).toBeGreaterThan(20);
    await expectComplete('ending');
  });

  drill('all nodes die with shards under way', async () => {
    await enqueue('nodes');
    await until('shards are under way', underWay('nodes'));
    await runner.killNodes();
    log(`nodes are gone, ${(await status('nodes'))?.shardsUnderWay} shards were under way`);
    await wait(5_000);
    await runner.addNodes();
    await expectComplete('nodes');
  });

  drill('busy workers are stopped', async () => {
    await enqueue('fewer');
    await until('shards are under way', underWay('fewer'));
    await install({ max: 1 });
    await until('one worker is left', () => workers().length <= 1);
    await expectComplete('fewer');
  });

  drill('the chart is upgraded during a run', async () => {
    await install({});
    await enqueue('upgrade');
    await until('shards are under way', underWay('upgrade'));
    await install({}, { drainDeadline: 20, podLabels: { release: 'second' } });
    await expectComplete('upgrade');
  });

  drill('Redis is away for 15 seconds during a run', async () => {
    await enqueue('redis');
    await until('shards are under way', underWay('redis'));
    await redis.kill();
    log('Redis is gone');
    await wait(15_000);
    await redis.start();
    log('Redis is back');
    await expectComplete('redis');
  });

  drill('the bucket is away for 15 seconds during a run', async () => {
    await enqueue('bucket');
    await until('shards are under way', underWay('bucket'));
    bucket.set({ reset: 1 });
    onTestFinished(() => bucket.set({}));
    log('the bucket is gone');
    await wait(15_000);
    bucket.set({});
    log('the bucket is back');
    await expectComplete('bucket');
  });

  drill('workers are Jobs that end by themselves', async () => {
    await install({ type: 'ScaledJob' });
    await kubectl(['wait', '--for=condition=Ready', 'scaledjob/gradline-worker-gpu', '--timeout=60s']);
    await enqueue('jobs');
    await expectComplete('jobs');
  });
});
