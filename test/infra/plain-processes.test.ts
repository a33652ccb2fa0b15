import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readComposeFile } from '../../infra/local/compose-file.ts';
import type { FleetEvents } from '../../infra/local/local-fleet.ts';
import { localServers, runComposeFile } from '../../infra/local/run-compose-file.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = process.env.GRADLINE_TEST_DIST ?? join(root, 'dist');
const servers = await localServers();

/** What happened, in order: `start worker-1`, `end producer 0`. */
function record(): { events: FleetEvents; steps: string[]; lines: string[] } {
  const steps: string[] = [];
  const lines: string[] = [];
  const events: FleetEvents = {
    onCommand: (name) => steps.push(`start ${name}`),
    onLine: (name, line) => lines.push(`${name}: ${line}`),
    onEnd: (name, code) => steps.push(`end ${name} ${code}`),
  };
  return { events, steps, lines };
}

describe.skipIf(servers === null)('docker-compose.yml as plain processes', () => {
  let folder: string;
  const places = () => ({ root, dist, folder });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradline-fleet-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('ends in a finished run', { timeout: 300_000 }, async () => {
    const { events, steps, lines } = record();
    const output = await runComposeFile(
      places(),
      servers ?? { redis: '', s3: '' },
      events,
      new AbortController().signal,
    );

    const { services } = await readComposeFile(join(root, 'docker-compose.yml'));
    const fill = services['fill-bucket']?.command ?? [];
    const images = Number(fill[fill.indexOf('--count') + 1]);
    const runFile = JSON.parse(await readFile(join(output, 'run.json'), 'utf8'));
    expect(runFile, lines.join('\n')).toMatchObject({
      run: 'demo',
      state: 'complete',
      counts: { images, done: images, quarantined: 0, labelled: images },
    });
    const parts = (await readdir(join(output, 'scores'))).filter((name) => name.endsWith('.jsonl'));
    const records = (await Promise.all(parts.map((name) => readFile(join(output, 'scores', name), 'utf8'))))
      .flatMap((part) => part.trim().split('\n'))
      .map((line): { key: string; maps: { overlay: string }[] } => JSON.parse(line));
    expect(new Set(records.map(({ key }) => key)).size).toBe(images);
    expect(records.length).toBe(images);
    const overlay = await readFile(join(output, records[0]?.maps[0]?.overlay ?? ''));
    expect(overlay.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));

    // All of the file but what has a profile, each after what it waits for, and workers ended before their servers.
    const started = steps.filter((step) => step.startsWith('start'));
    expect(new Set(started.map((step) => step.replace(/^start |-\d$/g, '')))).toEqual(
      new Set(Object.keys(services).filter((name) => name !== 'worker-gpu')),
    );
    expect(started.filter((step) => step.startsWith('start worker'))).toHaveLength(2);
    const at = (step: string) => steps.indexOf(step);
    expect(at('end fill-bucket 0')).toBeGreaterThanOrEqual(0);
    expect(at('start producer')).toBeGreaterThan(at('end fill-bucket 0'));
    expect(at('end worker-1 0')).toBeGreaterThan(at('end producer 0'));
    expect(at('end redis 0')).toBeGreaterThan(Math.max(at('end worker-1 0'), at('end worker-2 0')));
    expect(at('end s3 0')).toBeGreaterThan(Math.max(at('end worker-1 0'), at('end worker-2 0')));
  });

  test('stops all of it, with the reason, when a server does not stay up', async () => {
    const { events, steps } = record();
    const broken = { redis: servers?.redis ?? '', s3: 'false' };
    const run = runComposeFile(places(), broken, events, new AbortController().signal);
    await expect(run).rejects.toThrow('s3 ended by itself with 1.');
    expect(steps).toContain('end redis 0');
    expect(steps.filter((step) => step.startsWith('start')).sort()).toEqual(['start redis', 'start s3']);
  });

  test('stops all of it when it is interrupted', async () => {
    const { events, steps } = record();
    const stop = new AbortController();
    const stopping: FleetEvents = {
      ...events,
      onCommand: (name, command) => {
        events.onCommand(name, command);
        if (name === 'fill-bucket') stop.abort();
      },
    };
    const run = runComposeFile(places(), servers ?? { redis: '', s3: '' }, stopping, stop.signal);
    await expect(run).rejects.toThrow('Interrupted.');
    const ended = steps.filter((step) => step.startsWith('end')).map((step) => step.split(' ')[1]);
    const begun = steps.filter((step) => step.startsWith('start')).map((step) => step.split(' ')[1]);
    expect(new Set(ended)).toEqual(new Set(begun));
  });
});
