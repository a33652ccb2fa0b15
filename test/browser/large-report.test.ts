import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WrittenReport, writeReport } from '../report/page/written-report.ts';
import { openPage, startBrowser } from './browser.ts';

const images = 50_000;
const classNames = Array.from({ length: 20 }, (_, index) => `kind ${String(index).padStart(2, '0')}`);

describe('a report over 50,000 images', () => {
  let report: WrittenReport;
  let browser: Browser;

  beforeAll(async () => {
    const keys = Array.from(
      { length: images },
      (_, index) => `night-${index % 7}/${String(index).padStart(6, '0')}.jpg`,
    );
    report = await writeReport({ keys, classNames, layers: ['layer4'], pictures: 200, evidence: 4 });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await report[Symbol.asyncDispose]();
  });

  it('opens from disk and shows pictures', async () => {
    const { page, problems } = await openPage(browser, report.address);
    const picture = page.locator('main img').first();
    await picture.waitFor();
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(56);
    expect(problems).toEqual([]);
  });

  it('holds only the visible tiles of the gallery in the document, from its start to its end', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/images?sort=key`);
    await page.getByText('50,000 images').first().waitFor();
    const tiles = page.locator('.grid a');
    expect(await tiles.count()).toBeLessThan(150);
    await page.locator('.grid a[data-place="0"]').focus();
    await page.keyboard.press('End');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('title')))
      .toBe('night-6/049993.jpg');
    expect(await tiles.count()).toBeLessThan(150);
    expect(problems).toEqual([]);
  });

  it('finds among all of them', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/images`);
    await page.getByLabel('Find in keys').fill('/0499');
    await page.getByText('100 images').first().waitFor();
    await page.getByRole('combobox', { name: 'Show' }).selectOption('mistakes');
    await page.getByText('33 images').first().waitFor();
    expect(problems).toEqual([]);
  });
});
