import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beat } from '../../src/shared/ledger/beat.ts';
import { openRunLedger } from '../../src/shared/ledger/run-keys.ts';
import { startGradline, tinyProject } from '../cli/gradline.ts';
import { enqueuedRun, redisProgram, statusOf, useRedis } from '../control/fixture.ts';
import { work } from '../control/stand-in-worker.ts';
import { type DashboardProcess, startDashboard } from '../dashboard/dashboard-server.ts';
import { openPage, startBrowser } from './browser.ts';

describe.skipIf(redisProgram === null)('the dashboard', () => {
  const use = useRedis();
  let dashboard: DashboardProcess;
  let browser: Browser;

  beforeAll(async () => {
    if (redisProgram === null) return;
    [dashboard, browser] = await Promise.all([startDashboard(use().server.url), startBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    await dashboard?.stop();
  });

  const openView = async (view: string) => (await openPage(browser, `${dashboard.address}/#/${view}`)).page;
  const stateOf = (page: Page) => page.locator('.run-title .state');

  it('shows a run that is started from its form, until its report can be opened, without being loaded again', async () => {
    const { server, redis } = use();
    const project = await tinyProject(60);
    await writeFile(join(project, 'photos/red/broken.png'), 'no picture');
    const { page, problems } = await openPage(browser, `${dashboard.address}/#/start`);
    await page.locator('[name=input]').fill(join(project, 'photos'));
    await page.locator('[name=model]').fill(join(project, 'no-model.onnx'));
    await page.locator('[name=output]').fill(join(project, 'out'));
    await page.getByRole('button', { name: 'Start the run' }).click();
    const refusal = page.locator('#model-refusal');
    expect(await refusal.textContent()).toContain('no-model.onnx');
    await page.locator('[name=model]').fill(join(project, 'model.onnx'));
    await page.locator('[name=classes]').fill(join(project, 'classes.txt'));
    await page.locator('[name=labels]').fill('folder');
    await page.locator('[name=run]').fill('from-the-form');
    await page.getByRole('heading', { name: 'Preprocessing' }).click();
    await page.locator('[name=preprocess]').fill('none');
    await page.locator('[name=size]').fill('8');
    await page.getByRole('heading', { name: 'Execution' }).click();
    await page.locator('[name="shard-size"]').fill('many');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await expect.poll(() => page.locator('#shard-size-refusal').textContent()).toContain('must be a number');
    expect(await page.locator('[name="shard-size"]').evaluate((field) => field === document.activeElement)).toBe(true);
    await page.locator('[name="shard-size"]').fill('6');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page.locator('.run-title').waitFor();
    await expect.poll(() => stateOf(page).textContent()).toBe('running');
    await page.evaluate(() => {
      document.documentElement.dataset.sameDocument = 'yes';
    });
    const worker = startGradline(['worker', '--redis', server.url, '--until-empty']);
    await expect.poll(() => stateOf(page).textContent(), { timeout: 60_000 }).toBe('complete');
    expect((await worker.ended).code).toBe(0);
    expect(await statusOf(redis, 'from-the-form')).toMatchObject({ done: 60, quarantined: 1 });
    await expect.poll(() => page.locator('.run-sum').textContent()).toBe('100% 61 images');
    const failure = page.locator('.failure').first();
    expect(await failure.textContent()).toContain('red/broken.png');
    await failure.getByText('cannot be shown').waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset.sameDocument)).toBe('yes');
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Open the report' }).click();
    const report = await opened;
    await report.locator('h1').waitFor();
    expect(await report.title()).toContain('from-the-form');
    await report.goto(`${report.url().replace(/#.*/, '')}#/images`);
    const picture = report.locator('.grid a img').first();
    await picture.waitFor();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    // The two refusals, and the picture that is none.
    expect(problems.filter((problem) => !problem.includes('status of'))).toEqual([]);
    await rm(project, { recursive: true, force: true });
  });

  it('pauses, resumes, retries and cancels after a question', async () => {
    const { redis } = use();
    const { run, keys } = await enqueuedRun(redis, 24);
    await work(redis, { shards: 2, broken: { [keys[1] ?? '']: 'unreadable', [keys[2] ?? '']: 'corrupt' } });
    await beat(openRunLedger(redis, run), 'gpu-8', 12, 'cuda:0,1');
    const page = await openView(`run/${run}`);
    const worker = page.locator('.workers tbody tr');
    await expect.poll(() => worker.count()).toBe(2);
    expect(await worker.first().locator('td').allTextContents()).toEqual(
      expect.arrayContaining(['cuda:0,1', '0', '12 ms']),
    );
    expect(await worker.last().textContent()).toContain('stand-in');
    const button = (name: string) => page.locator('.run-head').getByRole('button', { name });
    const confirm = (name: string) => page.getByRole('dialog').getByRole('button', { name });
    await button('Pause').click();
    await confirm('Keep it as it is').click();
    expect(await statusOf(redis, run)).toMatchObject({ state: 'running' });
    await button('Pause').click();
    await confirm('Pause').click();
    await expect.poll(() => stateOf(page).textContent()).toBe('paused');
    expect(await page.locator('.done').textContent()).toBe(`Run ${run} is paused.`);
    await button('Resume').click();
    await confirm('Resume').click();
    await expect.poll(() => stateOf(page).textContent()).toBe('running');
    await button('Retry failed images').click();
    await confirm('Retry failed images').click();
    await expect.poll(() => page.locator('.done').textContent()).toContain('(1 failed image)');
    expect(await statusOf(redis, run)).toMatchObject({ state: 'running', quarantined: 0 });
    await button('Cancel the run').click();
    await confirm('Cancel the run').click();
    await expect.poll(() => stateOf(page).textContent()).toBe('cancelled');
    expect(await statusOf(redis, run)).toMatchObject({ state: 'cancelled' });
    expect(await page.locator('.run-head').getByRole('button').count()).toBe(0);
  });
});
