import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addSchedule } from '../../src/control/schedule/edit-schedules.ts';
import { beat } from '../../src/shared/ledger/beat.ts';
import { openRunLedger } from '../../src/shared/ledger/run-keys.ts';
import { createRun, endPlanning } from '../../src/shared/ledger/runs.ts';
import { commitShard, giveUpShard } from '../../src/shared/ledger/settle-shard.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { type DashboardProcess, startDashboard } from '../dashboard/dashboard-server.ts';
import { newRun, outcomes, redisProgram, useRedis } from '../shared/ledger/fixture.ts';
import { openPage, startBrowser } from './browser.ts';

const hostile = `<img src=x onerror="document.title='taken over'"><script>document.title='taken over'</script>`;
const token = 'a token of more than sixteen characters';

describe.skipIf(redisProgram === null)('the dashboard for everyone', () => {
  const use = useRedis();
  let dashboard: DashboardProcess;
  let guarded: DashboardProcess;
  let browser: Browser;
  let axe: string;
  let going: string;

  beforeAll(async () => {
    if (redisProgram === null) return;
    const { redis, server } = use();
    const goes = await newRun(redis, 4, 40);
    going = goes.run;
    await commitShard(goes, 0, outcomes('cwqd', 'unreadable'), 'gpu-1');
    await giveUpShard(goes, 2, 4, { code: 'unavailable', message: 'The store did not answer.' });
    const ledger = openRunLedger(redis, 'hostile');
    await createRun(ledger, { shardSize: 2, output: `s3://bucket/${hostile}` });
    await endPlanning(ledger, { expected: 4, shards: 2 });
    await beat(ledger, hostile, 10, hostile);
    await commitShard(
      ledger,
      0,
      [1, 2].map((place) => ({
        status: 'quarantined' as const,
        key: `${place} ${hostile}.jpg`,
        error: { code: hostile, message: hostile },
      })),
      hostile,
    );
    const configuration = await readConfiguration({ input: 's3://a/b', model: 's3://a/m.onnx', output: 's3://a/o' });
    const schedule = { name: 'nightly', cron: '0 2 * * *', timeZone: 'Europe/Berlin', grace: 600, configuration };
    await addSchedule(redis, { ...schedule, missed: 'catch-up', overlap: 'skip' });
    [dashboard, guarded, browser, axe] = await Promise.all([
      startDashboard(server.url),
      startDashboard(server.url, [], { GRADLINE_DASHBOARD_TOKEN: token }),
      startBrowser(),
      readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    ]);
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([dashboard?.stop(), guarded?.stop()]);
  });

  const views = () => ['runs', `run/${going}`, 'run/hostile', 'workers', 'schedules', 'start'];
  const isShown: Record<string, string> = { workers: '.workers', schedules: '.schedule', start: '.setting' };
  const waitForView = async (page: Page, view: string) => {
    await page.locator('h1').waitFor();
    await page
      .locator(isShown[view] ?? '.run-bar')
      .first()
      .waitFor();
  };

  it.each(['light', 'dark'] as const)(
    'breaks no rule of WCAG 2.2 AA that axe checks, in %s colours',
    async (colorScheme) => {
      const { page } = await openPage(browser, dashboard.address, { colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(axe);
      const check = async (view: string) => {
        const found: { id: string; nodes: { html: string; failureSummary?: string }[] }[] = await page.evaluate(
          "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((result) => result.violations)",
        );
        const violations = found.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 3).map(({ html }) => html) }));
        expect({ view, violations }).toEqual({ view, violations: [] });
      };
      for (const view of views()) {
        await page.goto(`${dashboard.address}/#/${view}`);
        await waitForView(page, view);
        for (const folded of await page.locator('details.card > summary').all()) await folded.click();
        await check(view);
      }
      await page.goto(`${dashboard.address}/#/run/${going}`);
      await page.getByRole('button', { name: 'Retry failed images' }).click();
      await page.getByText('these reasons').click();
      await check('dialog');
    },
  );

  it('fits on a narrow phone', async () => {
    const { page, problems } = await openPage(browser, dashboard.address, { viewport: { width: 360, height: 700 } });
    for (const view of views()) {
      await page.goto(`${dashboard.address}/#/${view}`);
      await waitForView(page, view);
      const overhang = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect([view, overhang]).toEqual([view, 0]);
    }
    expect(problems.filter((problem) => !problem.includes('status of'))).toEqual([]);
  });

  it('shows what strangers wrote as text', async () => {
    const { page } = await openPage(browser, `${dashboard.address}/#/run/hostile`);
    const failure = page.locator('.failure').first();
    await failure.waitFor();
    expect(await failure.textContent()).toContain(`2 ${hostile}.jpg`);
    expect(await page.locator('.workers tbody th').textContent()).toBe(hostile);
    await page.goto(`${dashboard.address}/#/workers`);
    await page.locator('.workers').waitFor();
    expect(await page.locator('#app script, #app img[src=x]').count()).toBe(0);
    expect(await page.title()).not.toContain('taken over');
  });

  it('can be used with keys alone', async () => {
    const { page } = await openPage(browser, dashboard.address);
    await page.locator('.run-line').first().waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type(going);
    await expect.poll(() => page.locator('.run-line').count()).toBe(1);
    await page.locator('.run-name a').focus();
    await page.keyboard.press('Enter');
    await page.locator('.run-title').waitFor();
    await page.getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('2');
    await expect.poll(() => page.locator('h1').textContent()).toBe('Workers');
  });

  it('asks for the token, and shows runs to who has it', async () => {
    const { page } = await openPage(browser, guarded.address);
    await page.getByLabel('Token').fill('not the token');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('not the token of this dashboard');
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.locator('.run-line').first().waitFor();
    expect(await page.evaluate(() => document.cookie)).toBe('');
    await page.reload();
    await page.locator('.run-line').first().waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
  });

  it('shows the queue, without asking others for anything', async () => {
    const { page, problems } = await openPage(browser, dashboard.address);
    await page.goto(`${dashboard.address}/queue`);
    await page.getByText('shards').first().waitFor();
    expect(problems).toEqual([]);
  });
});
