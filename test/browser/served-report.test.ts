import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OutputServer, serveOutput } from '../../src/report/serve/serve-output.ts';
import { FileStore } from '../../src/shared/store/file-store.ts';
import { type WrittenReport, writeReport } from '../report/page/written-report.ts';
import { openPage, startBrowser } from './browser.ts';

const keys = Array.from({ length: 120 }, (_, index) => `shots/a b#${index}?%'"<script>.jpg`);

/** The page under gradline serve's headers, which forbid it everything that it does not need. */
describe('the report behind gradline serve', () => {
  let report: WrittenReport;
  let server: OutputServer;
  let browser: Browser;

  beforeAll(async () => {
    report = await writeReport({ keys, classNames: ['balloon', 'lighthouse', 'sailboat'] });
    server = await serveOutput(new FileStore(report.folder), 0);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
    await report[Symbol.asyncDispose]();
  });

  it.each([
    ['', 'h1'],
    ['#/clusters/cluster-1', '.scatter a'],
    ['#/confusion', 'table'],
    ['#/images', '.grid a img'],
    [`#/image?key=${encodeURIComponent(keys[3] ?? '')}`, '.panel canvas'],
  ])('shows %s without a complaint of the browser', async (hash, shown) => {
    const { page, problems } = await openPage(browser, `${server.address}/report/index.html${hash}`);
    await page.locator(shown).first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('loads the pictures of images whatever their names', async () => {
    const { page, problems } = await openPage(browser, `${server.address}/report/index.html#/images?show=mistakes`);
    const picture = page.locator('.grid a img').first();
    await picture.waitFor();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });

  it('forbids scripts of others and ways out', async () => {
    const { page, problems } = await openPage(browser, `${server.address}/report/index.html`);
    const outcome = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken over"';
      document.body.append(script);
      const asked = await fetch('http://127.0.0.2:9/').then(
        () => 'answered',
        () => 'refused',
      );
      return { title: document.title, asked };
    });
    expect(outcome).toEqual({ title: expect.not.stringContaining('taken over'), asked: 'refused' });
    expect(problems.filter((problem) => problem.includes('Content Security Policy')).length).toBeGreaterThanOrEqual(2);
  });
});
