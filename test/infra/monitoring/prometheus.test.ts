/** A real Prometheus that scrapes a real fleet: every panel of the dashboard has something to show, and every alert can be evaluated. */

import { execFile, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { rows } from '../../../infra/monitoring/panels.ts';
import { openStore } from '../../../src/shared/store/open-store.ts';
import { fleetAvailable, quick, until, useFleet } from '../../fleet/fleet.ts';
import { freePort } from '../../fleet/free-port.ts';
import { temporaryFolder } from '../../shared/temporary-folder.ts';

const root = join(import.meta.dirname, '../../..');
const rules = join(root, 'infra/monitoring/alerts.yaml');
const isInstalled = (program: string) =>
  promisify(execFile)(program, ['--version']).then(
    () => true,
    () => false,
  );
const hasPrometheus = (await isInstalled('prometheus')) && (await isInstalled('promtool'));

/** Panels of what this fleet does not have. */
const without = new Set(['Memory of the cards']);

const answered = z.object({ status: z.literal('success'), data: z.object({ result: z.array(z.unknown()) }) });
const evaluated = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })),
      }),
    ),
  }),
});

test.skipIf(!hasPrometheus)('alerts fire when they should, and not before', async () => {
  const { stdout, stderr } = await promisify(execFile)('promtool', [
    'test',
    'rules',
    join(import.meta.dirname, 'alerts.promtool.yaml'),
  ]);
  expect(`${stdout}${stderr}`).toContain('SUCCESS');
});

describe.skipIf(!fleetAvailable || !hasPrometheus)('a Prometheus', () => {
  const fleet = useFleet();

  /** Scrapes the ports each second, and is stopped with the test. */
  async function startPrometheus(ports: readonly number[]): Promise<(path: string) => Promise<unknown>> {
    const folder = await temporaryFolder();
    const port = await freePort();
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [rules],
      scrape_configs: [
        { job_name: 'gradline', static_configs: [{ targets: ports.map((each) => `127.0.0.1:${each}`) }] },
      ],
    };
    await writeFile(join(folder, 'prometheus.yml'), stringify(configuration));
    const server = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    onTestFinished(async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
    });
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json();
    await until(() =>
      get('status/runtimeinfo').then(
        () => true,
        () => false,
      ),
    );
    return get;
  }

  test('has an answer for each panel', async () => {
    const { enqueue, startWorker, environment, status } = fleet();
    const bucket = await openStore('s3://photos/watched');
    await bucket.put('red/broken.png', 'no picture', 'image/png');
    const picture = await (await openStore('s3://photos/val')).get('red/0000.png');
    for (let i = 0; i < 40; i += 1) await bucket.put(`red/${i}.png`, picture, 'image/png');
    const [workerPort, schedulerPort] = [await freePort(), await freePort()];
    const worker = startWorker(['--metrics', `127.0.0.1:${workerPort}`, '--json', ...quick.slice(1, 3)]);
    const scheduler = spawn(
      process.execPath,
      [join(root, 'dist/cli/gradline.cjs'), 'schedule', 'serve', '--metrics', `127.0.0.1:${schedulerPort}`],
      { env: { ...process.env, ...environment }, stdio: 'ignore' },
    );
    onTestFinished(() => void scheduler.kill('SIGTERM'));
    const get = await startPrometheus([workerPort, schedulerPort]);
    const ask = async (expression: string) => {
      const query = expression.replaceAll('$__rate_interval', '2m');
      return answered.parse(await get(`query?query=${encodeURIComponent(query)}`)).data.result;
    };
    await until(async () => (await ask('sum(up) == 2')).length === 1);
    await enqueue('watched', 'watched', '--shard-size', '4');
    // Rates need two values of a counter: a second run adds to those of the first.
    await until(async () => (await status('watched')).state === 'complete');
    await until(async () => (await ask('gradline_images_total{outcome="quarantined"} == 1')).length === 1);
    await enqueue('again', 'watched', '--shard-size', '4');
    const panels = rows.flatMap((row) => row.panels);
    const silent = async () => {
      const empty: string[] = [];
      for (const { title, queries } of panels) {
        const results = await Promise.all(queries.map(({ expression }) => ask(expression)));
        if (results.every((result) => result.length === 0)) empty.push(title);
      }
      return new Set(empty);
    };
    // What a run has left is there while it runs only: each panel has to have shown something once.
    let missing = new Set<string>(panels.map(({ title }) => title));
    await until(async () => {
      const now = await silent();
      missing = new Set([...missing].filter((title) => now.has(title)));
      return [...missing].every((title) => without.has(title));
    });
    expect([...missing]).toEqual([...without]);
    const found = evaluated.parse(await get('rules')).data.groups.flatMap((group) => group.rules);
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter(({ health }) => health !== 'ok')).toEqual([]);
    worker.child.kill('SIGTERM');
    await worker.ended;
  });
});
