import { rm } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heatmapOf, type WrittenReport, writeReport } from '../report/page/written-report.ts';
import { hashOf, openPage, startBrowser } from './browser.ts';

const classNames = ['balloon', 'lighthouse', 'sailboat', 'windmill'];
const keys = Array.from({ length: 120 }, (_, index) => `shots/${String(index).padStart(3, '0')}.jpg`);

describe('what changed since an earlier run', () => {
  let report: WrittenReport;
  let browser: Browser;

  beforeAll(async () => {
    // Of 120 images 40 are wrong now and 30 were then, 10 both times.
    const since = await writeReport({ keys, classNames, isMistake: (index) => index % 4 === 0, lower: 3 });
    report = await writeReport({ keys, classNames, since });
    // The page must need nothing of the earlier output.
    await rm(since.folder, { recursive: true });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await report[Symbol.asyncDispose]();
  });

  it('begins on the overview and leads to the lists', async () => {
    const { page, problems } = await openPage(browser, report.address);
    await page.getByText('30 newly broken, 20 fixed, 10 still wrong').waitFor();
    await page.getByRole('link', { name: 'What changed' }).click();
    await page.getByRole('heading', { name: /^What changed since 2026/ }).waitFor();
    await page.getByRole('link', { name: 'All 20, with both maps' }).click();
    await page.getByRole('heading', { name: 'Fixed: 20 images' }).waitFor();
    expect(await page.locator('.change-card').count()).toBe(20);
    expect(hashOf(page)).toBe('#/changes/fixed');
    expect(problems).toEqual([]);
  });

  it('shows both maps and answers of an image, whether or not it has a picture', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/changes/newly-broken`);
    // Index 3: a windmill, taken for a balloon now; with a picture. Index 4 was wrong then; without one.
    const broken = page.locator('.change-card').filter({ hasText: 'shots/003.jpg' });
    expect(await broken.textContent()).toMatch(/then\s*windmill.*now\s*balloon.*is windmill/s);
    await broken.locator('figure').nth(0).locator('canvas').waitFor();
    const overlay = broken.locator('figure').nth(1).locator('img');
    await overlay.scrollIntoViewIfNeeded();
    await expect.poll(() => overlay.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(56);
    await page.goto(`${report.address}#/changes/fixed`);
    const fixed = page.locator('.change-card').filter({ hasText: 'shots/004.jpg' });
    await expect.poll(() => fixed.locator('canvas').count()).toBe(2);
    const brightest = (place: number) =>
      fixed
        .locator('canvas')
        .nth(place)
        .evaluate((canvas: HTMLCanvasElement) => {
          const { data, width } =
            canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? new ImageData(1, 1);
          let best = 0;
          for (let at = 0; at < data.length; at += 4) if ((data[at + 1] ?? 0) > (data[best + 1] ?? 0)) best = at;
          return Math.floor((Math.floor(best / 4 / width) / canvas.height) * 7);
        });
    const rows = [heatmapOf(4, 'layer4', 'predicted', 3), heatmapOf(4, 'layer4', 'predicted')].map(({ row }) => row);
    expect(rows).toEqual([0, 4]);
    expect([await brightest(0), await brightest(1)]).toEqual(rows);
    expect(problems).toEqual([]);
  });

  it('names images that are called the same for another reason', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/changes/elsewhere`);
    await page
      .getByText(/correlation −0\.\d\d/)
      .first()
      .waitFor();
    const first = page.locator('.change-card').first();
    const names = await first.locator('.change-answer').allTextContents();
    expect(new Set(names).size).toBe(1);
    expect(problems).toEqual([]);
  });

  it('opens an image with the earlier map beside its own, and goes on within the list', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/changes/newly-broken`);
    await page.getByRole('link', { name: 'shots/003.jpg' }).click();
    await page.getByRole('heading', { name: 'shots/003.jpg' }).waitFor();
    const earlier = page.locator('.panel.earlier');
    await earlier.locator('canvas').waitFor();
    expect(await earlier.locator('figcaption').textContent()).toMatch(/earlier run\s*windmill/);
    await page.getByRole('link', { name: 'All 30 of these images' }).waitFor();
    await page.goto(`${report.address}#/image?key=shots/001.jpg`);
    await page.getByRole('heading', { name: 'shots/001.jpg' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('is reached and read by keyboard alone', async () => {
    const { page, problems } = await openPage(browser, report.address);
    await page.keyboard.press('8');
    await page.getByRole('heading', { name: /^What changed since/ }).waitFor();
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement?.matches('.change-key a'))) break;
    }
    const key = await page.evaluate(() => document.activeElement?.textContent ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: key, exact: true }).waitFor();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('.crumbs').textContent()).toContain('2 of 30');
    expect(problems).toEqual([]);
  });

  it('says what it could not compare, and lays no map over a picture that was cut otherwise', async () => {
    const since = await writeReport({
      keys: keys.slice(0, 110),
      classNames,
      preprocess: { preset: 'caffe' },
      lower: 3,
      isMistake: () => false,
    });
    const other = await writeReport({ keys, classNames, since });
    const { page, problems } = await openPage(browser, `${other.address}#/changes`);
    await page.getByText('Not compared: 10 are new.').waitFor();
    await page.getByText(/other preprocess settings/).waitFor();
    const card = page.locator('.change-card').first();
    await card.locator('canvas').first().waitFor();
    expect(await card.locator('figure').first().locator('img').count()).toBe(0);
    expect(problems).toEqual([]);
    await since[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });

  it('draws both maps on the same picture where overlays show the whole original', async () => {
    const since = await writeReport({ keys, classNames, isMistake: () => false });
    const other = await writeReport({ keys, classNames, since, overlaysOn: 'original' });
    const { page, problems } = await openPage(browser, `${other.address}#/changes/newly-broken`);
    const card = page.locator('.change-card').first();
    await expect.poll(() => card.locator('canvas').count()).toBe(2);
    const pictures = card.locator('img');
    const names = await pictures.evaluateAll((all) => all.map((img) => img.getAttribute('src')?.split('/').at(-1)));
    expect(names).toEqual(['seen.jpg', 'seen.jpg']);
    expect(problems).toEqual([]);
    await since[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });

  it('is not in the bar of a page that knows no earlier run', async () => {
    const alone = await writeReport({ keys, classNames });
    const { page, problems } = await openPage(browser, `${alone.address}#/changes`);
    await page.getByRole('heading', { name: 'No earlier run' }).waitFor();
    expect(await page.getByRole('link', { name: 'Changes' }).count()).toBe(0);
    expect(problems).toEqual([]);
    await alone[Symbol.asyncDispose]();
  });
});
