import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/shared/store/open-store.ts';
import { fleetAvailable, quick, until, useFleet } from './fleet.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
const hasPromtool = await run('promtool', ['--version']).then(
  () => true,
  () => false,
);

/** Values by series. */
function valuesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

describe.skipIf(!fleetAvailable)('gradline worker --metrics', () => {
  const fleet = useFleet();

  test('is ready while it waits, and counts what the run says, stage by stage', async () => {
    const { enqueue, startWorker, status } = fleet();
    await (await openStore('s3://photos/counted')).put('red/broken.png', 'no picture', 'image/png');
    for (let i = 0; i < 5; i += 1) {
      const picture = await (await openStore('s3://photos/val')).get('red/0000.png');
      await (await openStore('s3://photos/counted')).put(`red/${i}.png`, picture, 'image/png');
    }
    const port = await freePort();
    const worker = startWorker(['--metrics', `127.0.0.1:${port}`, '--json', ...quick.slice(1, 3)]);
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null);
      return response === null ? null : { status: response.status, text: await response.text() };
    };
    await until(async () => (await get('/readyz'))?.status === 200);
    expect(await get('/livez')).toEqual({ status: 200, text: 'ok\n' });
    await enqueue('counted', 'counted');
    await until(async () => (await status('counted')).state === 'complete');
    const text = (await get('/metrics'))?.text ?? '';
    const values = valuesOf(text);
    const explained = ['done', 'blank'].map(
      (outcome) => values.get(`gradline_images_total{outcome="${outcome}"}`) ?? 0,
    );
    expect(explained.reduce((sum, images) => sum + images, 0)).toBe(5);
    const stage = (name: string) => values.get(`gradline_stage_seconds_count{stage="${name}"}`);
    expect({
      quarantined: values.get('gradline_images_total{outcome="quarantined"}'),
      code: values.get('gradline_quarantined_images_total{code="not-an-image"}'),
      committed: values.get('gradline_shards_total{outcome="committed"}'),
      underWay: values.get('gradline_shards_under_way'),
      provider: values.get('gradline_provider_info{provider="cpu",devices="",fallback="false"}'),
      stages: ['fetch', 'decode', 'draw', 'store', 'commit', 'ledger'].map(stage),
    }).toEqual({
      quarantined: 1,
      code: 1,
      committed: 1,
      underWay: 0,
      provider: 1,
      stages: [6, 6, 5, 5, 1, 1],
    });
    // And one batch of zeros to warm the model up, in two sessions.
    expect(stage('infer')).toBeGreaterThan(1);
    expect(values.get('gradline_batch_fill_ratio_count')).toBe(stage('infer'));
    expect(values.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(values.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
    worker.child.kill('SIGTERM');
    expect((await worker.ended).code).toBe(0);
    // Structured logs: what, when, how grave, and of which run, shard and image.
    expect(worker.events.find(({ event }) => event === 'image-failed')).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: 'warn',
      event: 'image-failed',
      run: 'counted',
      shard: 0,
      image: 'red/broken.png',
      code: 'not-an-image',
      message: expect.any(String),
    });
    for (const line of worker.events) {
      expect(line).toMatchObject({ time: expect.any(String), level: expect.stringMatching(/^(info|warn|error)$/) });
    }
  });

  test.skipIf(!hasPromtool)('prints what promtool takes: worker, producer and scheduler', async () => {
    const { enqueue, startWorker, environment } = fleet();
    const ports = [await freePort(), await freePort()];
    const worker = startWorker(['--metrics', `${ports[0]}`, '--json']);
    const built = new URL('../../dist/cli/gradline.cjs', import.meta.url).pathname;
    const scheduler = spawn(process.execPath, [built, 'schedule', 'serve', '--metrics', `${ports[1]}`], {
      env: { ...process.env, ...environment },
      stdio: 'ignore',
    });
    try {
      await enqueue('checked', 'val');
      for (const port of ports) {
        await until(async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null))?.status === 200);
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        expect(text).toContain('gradline_build_info');
        const promtool = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
        promtool.stdin.end(text);
        let said = '';
        for (const stream of [promtool.stdout, promtool.stderr]) stream.on('data', (part) => (said += String(part)));
        const code = await new Promise((resolve) => promtool.once('close', resolve));
        const ours = said.split('\n').filter((line) => line.startsWith('gradline_'));
        expect({ port, ours, code: code === 3 ? 0 : code }).toEqual({ port, ours: [], code: 0 });
      }
    } finally {
      worker.child.kill('SIGTERM');
      scheduler.kill('SIGTERM');
      await worker.ended;
    }
  });
});
