import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openRunLedger } from '../../src/shared/ledger/run-keys.ts';
import { createRun } from '../../src/shared/ledger/runs.ts';
import { gradline, runArguments, tinyProject } from '../cli/gradline.ts';
import { enqueuedRun, redisProgram, useRedis } from '../control/fixture.ts';
import { work } from '../control/stand-in-worker.ts';
import { type DashboardProcess, startDashboard } from './dashboard-server.ts';

const foundOutput = z.object({ report: z.string().nullable(), problem: z.string().nullable() });

describe.skipIf(redisProgram === null)('what runs wrote, behind the dashboard', () => {
  const use = useRedis();
  let dashboard: DashboardProcess;
  beforeAll(async () => {
    if (redisProgram !== null) dashboard = await startDashboard(use().server.url);
  });
  afterAll(() => dashboard?.stop());

  const outputOf = async (run: string) =>
    foundOutput.parse(await (await fetch(`${dashboard.address}/api/runs/${run}/output`)).json());

  test('a report is served in a sandbox, with nothing of the output but what it shows', async () => {
    const { redis } = use();
    const folder = await tinyProject(6);
    expect((await gradline(runArguments(folder))).code).toBe(0);
    const { run } = z
      .object({ run: z.string() })
      .parse(JSON.parse(await readFile(join(folder, 'out/run.json'), 'utf8')));
    await createRun(openRunLedger(redis, run), { shardSize: 64, output: join(folder, 'out') });
    await mkdir(join(folder, 'out/private'));
    await writeFile(join(folder, 'out/private/file.txt'), 'not for a page');
    const { report, problem } = await outputOf(run);
    expect(problem).toBeNull();
    const page = await fetch(`${dashboard.address}${report}`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/sandbox allow-scripts(?!.*allow-same-origin)/);
    const below = `${dashboard.address}${report?.replace('report/index.html', '')}`;
    expect((await fetch(`${below}run.json`)).status).toBe(200);
    for (const path of ['private/file.txt', 'report/../private/file.txt', 'report/%2e%2e/private/file.txt', 'plan/x']) {
      expect([path, (await fetch(`${below}${path}`)).status]).toEqual([path, 404]);
    }
    expect((await fetch(below.replace(/outputs\/[^/]+/, 'outputs/guess'))).status).toBe(404);
  });

  test('a place in Redis that holds no such run is no way to its files', async () => {
    const { redis } = use();
    const other = await enqueuedRun(redis, 8);
    await createRun(openRunLedger(redis, 'elsewhere'), { shardSize: 64, output: '/etc' });
    await createRun(openRunLedger(redis, 'taken'), { shardSize: 64, output: other.output });
    expect((await outputOf('elsewhere')).problem).toContain('/etc holds no run.json');
    expect((await outputOf('taken')).problem).toContain(`holds run ${other.run}`);
  });

  test('of the input only pictures that failed are shown, and only as pictures', async () => {
    const { redis } = use();
    await redis.flushall();
    const { run, folder, keys } = await enqueuedRun(redis, 4);
    const [failed = '', other = ''] = keys;
    await mkdir(join(folder, 'images'));
    await writeFile(join(folder, failed), '<script>alert(1)</script>');
    await writeFile(join(folder, other), 'another image');
    await work(redis, { broken: { [failed]: 'corrupt' } });
    const picture = (key: string) =>
      fetch(`${dashboard.address}/api/runs/${run}/picture?${new URLSearchParams({ key })}`);
    const shown = await picture(failed);
    expect(shown.status).toBe(200);
    expect(shown.headers.get('content-type')).toBe('image/jpeg');
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    for (const key of [other, 'list.csv', '../etc/passwd']) expect((await picture(key)).status).toBe(415);
  });
});
