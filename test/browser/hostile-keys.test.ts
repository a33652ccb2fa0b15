import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WrittenReport, writeReport } from '../report/page/written-report.ts';
import { openPage, startBrowser } from './browser.ts';

const script = '<script>globalThis.broken = true<' + '/script>';
const classNames = ['<img src=x onerror="globalThis.broken = true">', `it's "quoted"`];
/** Mistakes stand at every third place: those have pictures. */
const keys = [
  `a/${script}.jpg`,
  'plain.jpg',
  'other.jpg',
  'b/50% + #1 ?x=1&y=2.jpg',
  'plain2.jpg',
  'other2.jpg',
  `c/"double" 'single' \`tick\`.jpg`,
  'plain3.jpg',
  'other3.jpg',
  'd/ünïcödé 日本 🎈/a b.jpg',
  'plain4.jpg',
  'other4.jpg',
  'e/%2e%2e/%41.jpg',
  'javascript:alert(1).jpg',
  '__proto__',
  `f/${'long'.repeat(60)}end.jpg`,
];

describe('keys and class names that look like code', () => {
  let report: WrittenReport;
  let browser: Browser;

  beforeAll(async () => {
    report = await writeReport({
      keys,
      classNames,
      layers: ['features/#1?', 'layer4'],
      quarantined: [{ key: `${script}.png`, code: 'not-an-image', message: `<b>${script}</b>` }],
    });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await report[Symbol.asyncDispose]();
  });

  it('are shown as text, and their pictures are found', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/images?sort=key`);
    const titles = await page
      .locator('.grid a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('title')));
    expect(titles.sort()).toEqual([...keys].sort());
    const pictures = page.locator('.grid img');
    await expect.poll(() => pictures.count()).toBe(6);
    await expect
      .poll(() => pictures.evaluateAll((all) => all.map((img) => img instanceof HTMLImageElement && img.naturalWidth)))
      .toEqual([56, 56, 56, 56, 56, 56]);
    expect(problems).toEqual([]);
  });

  it('are shown as text in every view', async () => {
    const { page, problems } = await openPage(browser, report.address);
    for (const view of ['overview', 'clusters', 'clusters/cluster-1', 'gaps', 'confusion', 'labels', 'quarantined']) {
      await page.goto(`${report.address}#/${view}`);
      await page.locator('h1').waitFor();
      expect(await page.evaluate(() => document.querySelectorAll('main script, main img[src="x"]').length)).toBe(0);
    }
    expect(await page.locator('main').textContent()).toContain(`${script}.png`);
    expect(await page.evaluate(() => 'broken' in globalThis)).toBe(false);
    expect(problems).toEqual([]);
  });

  it.each(keys.filter((_, index) => index % 3 === 0))('opens %s', async (key) => {
    const { page, problems } = await openPage(browser, `${report.address}#/image?key=${encodeURIComponent(key)}`);
    await page.getByRole('heading', { level: 1, name: key, exact: true }).waitFor();
    const picture = page.locator('.stage img').first();
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(56);
    const overlay = page.getByRole('link', { name: 'overlay' }).first();
    const link = await overlay.evaluate((anchor: HTMLAnchorElement) => anchor.href);
    const loaded = await page.evaluate(async (source) => {
      const picture = new Image();
      picture.src = source;
      await picture.decode();
      return picture.naturalWidth;
    }, link);
    expect(loaded).toBe(56);
    expect(problems).toEqual([]);
  });
});
