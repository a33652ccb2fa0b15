import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heatmapOf, type WrittenReport, writeReport } from '../report/page/written-report.ts';
import { hashOf, openPage, startBrowser } from './browser.ts';

const keys = Array.from({ length: 120 }, (_, index) => `${String(index).padStart(3, '0')}.jpg`);

describe('the report by keyboard alone', () => {
  let report: WrittenReport;
  let browser: Browser;

  beforeAll(async () => {
    report = await writeReport({ keys, classNames: ['cat', 'dog'] });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await report[Symbol.asyncDispose]();
  });

  const focused = (page: Page, attribute: string) =>
    page.evaluate((name) => document.activeElement?.getAttribute(name) ?? '', attribute);

  async function press(page: Page, ...pressed: string[]): Promise<void> {
    for (const key of pressed) await page.keyboard.press(key);
  }

  async function tabTo(page: Page, selector: string): Promise<void> {
    for (let step = 0; step < 80; step += 1) {
      await press(page, 'Tab');
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    }
    throw new Error(`Tab never leads to ${selector}.`);
  }

  it('skips to the content, opens a cluster and one of its images', async () => {
    const { page, problems } = await openPage(browser, report.address);
    await press(page, 'Tab', 'Enter');
    expect(await focused(page, 'id')).toBe('main');
    await tabTo(page, '.collect-links a[href^="#/clusters/"]');
    await press(page, 'Enter');
    await page.getByRole('heading', { name: 'Typical images' }).waitFor();
    await tabTo(page, '.scatter a');
    await press(page, 'ArrowRight');
    const picked = await focused(page, 'aria-label');
    await press(page, 'Enter');
    await page.getByRole('heading', { name: picked, exact: true }).waitFor();
    expect(problems).toEqual([]);
  });

  it('moves through the gallery with arrows, opens, pages, and returns to the same tile', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/images?sort=key`);
    await tabTo(page, '.grid a');
    await press(page, 'ArrowRight', 'ArrowRight', 'ArrowLeft');
    expect(await focused(page, 'title')).toBe('001.jpg');
    await press(page, 'Enter');
    await page.getByRole('heading', { name: '001.jpg' }).waitFor();
    await press(page, 'ArrowRight', 'ArrowRight');
    await page.getByRole('heading', { name: '003.jpg' }).waitFor();
    await press(page, 'Escape');
    await page.getByRole('heading', { name: 'Images' }).waitFor();
    await expect.poll(() => focused(page, 'title')).toBe('003.jpg');
    expect(problems).toEqual([]);
  });

  it('returns to the image that is shown, however soon after it was', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/image?key=002.jpg&sort=key`);
    await page.getByRole('heading', { name: '002.jpg' }).waitFor();
    await page.evaluate(() => {
      const leave = new KeyboardEvent('keydown', { key: 'Escape', bubbles: true });
      const observer = new MutationObserver(() => {
        if (document.querySelector('h1')?.textContent !== '003.jpg') return;
        observer.disconnect();
        document.body.dispatchEvent(leave);
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await press(page, 'ArrowRight');
    await page.getByRole('heading', { name: 'Images' }).waitFor();
    await expect.poll(() => focused(page, 'title')).toBe('003.jpg');
    expect(problems).toEqual([]);
  });

  it('switches layers and targets, changes the opacity, and reads the map cell by cell', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/image?key=003.jpg`);
    await page.locator('.stage canvas').first().waitFor();
    await press(page, 'l', 't', ']');
    await expect.poll(() => hashOf(page)).toMatch(/layer=layer4.*targets=predicted.*opacity=70/);
    await tabTo(page, '.stage');
    await press(page, 'ArrowRight', 'ArrowLeft');
    const { row, column } = heatmapOf(3, 'layer4', 'predicted');
    await expect.poll(() => focused(page, 'aria-valuetext')).toContain(`at row ${row + 1}, column ${column}`);
    expect(hashOf(page)).toContain('key=003.jpg');
    expect(problems).toEqual([]);
  });

  it('moves through the confusion matrix and opens a cell', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/confusion`);
    await tabTo(page, '[data-cell]');
    await press(page, 'ArrowRight', 'Enter');
    await page.getByRole('heading', { name: 'Images' }).waitFor();
    expect(hashOf(page)).toMatch(/label=\d&predicted=\d/);
    expect(problems).toEqual([]);
  });

  it('lists its keys, and lets single letters be switched off', async () => {
    const { page, problems } = await openPage(browser, report.address);
    await press(page, '5');
    await page.getByRole('heading', { name: 'Images' }).waitFor();
    await press(page, '/');
    expect(await focused(page, 'type')).toBe('search');
    await tabTo(page, '.grid a');
    await press(page, '?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.waitFor();
    await page.getByLabel('Single letters and signs work as keys').press('Space');
    await press(page, 'Escape');
    await help.waitFor({ state: 'hidden' });
    await press(page, '1');
    expect(hashOf(page)).toBe('#/images');
    expect(problems).toEqual([]);
  });
});
