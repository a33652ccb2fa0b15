import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WrittenReport, writeReport } from '../report/page/written-report.ts';
import { openPage, startBrowser } from './browser.ts';

const views = [
  'overview',
  'clusters',
  'clusters/cluster-1',
  'gaps',
  'gaps/gap-1',
  'confusion',
  'images',
  'image?key=003.jpg',
  'labels',
  'quarantined',
  'changes',
  'changes/newly-broken',
];
const keys = Array.from({ length: 90 }, (_, index) => `${String(index).padStart(3, '0')}.jpg`);
const longName = 'a class with a name that goes on, and on, and on, as those of large data sets do';

interface Violation {
  id: string;
  nodes: string[];
}

describe('the report for everyone', () => {
  let report: WrittenReport;
  let browser: Browser;
  let axe: string;

  beforeAll(async () => {
    const classNames = ['cat', longName, 'dog'];
    await using since = await writeReport({ keys, classNames, isMistake: (index) => index % 4 === 0 });
    report = await writeReport({
      keys,
      classNames,
      since,
      quarantined: [{ key: 'broken.jpg', code: 'not-an-image', message: 'The file is not a picture.' }],
    });
    browser = await startBrowser();
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  });

  afterAll(async () => {
    await browser.close();
    await report[Symbol.asyncDispose]();
  });

  async function violations(page: Page): Promise<Violation[]> {
    const found: { id: string; nodes: { html: string; failureSummary?: string }[] }[] = await page.evaluate(
      "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((result) => result.violations)",
    );
    return found.map(({ id, nodes }) => ({
      id,
      nodes: nodes.slice(0, 3).map(({ html, failureSummary }) => `${html}: ${failureSummary}`),
    }));
  }

  it.each(['light', 'dark'] as const)(
    'breaks no rule of WCAG 2.2 AA that axe checks, in %s colours',
    async (colorScheme) => {
      const { page } = await openPage(browser, report.address, { colorScheme, reducedMotion: 'reduce' });
      // Past the page's own policy, as a reader's tools are.
      await page.evaluate(axe);
      for (const view of views) {
        await page.goto(`${report.address}#/${view}`);
        await page.locator('h1').waitFor();
        await page.waitForLoadState('networkidle');
        expect({ view, violations: await violations(page) }).toEqual({ view, violations: [] });
      }
    },
  );

  it.each(views)('fits on a narrow phone: %s', async (view) => {
    const { page, problems } = await openPage(browser, `${report.address}#/${view}`, {
      viewport: { width: 360, height: 700 },
    });
    await page.waitForLoadState('networkidle');
    const overhang = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overhang).toBe(0);
    expect(problems).toEqual([]);
  });

  it('prints in light colours, without what only works on a screen', async () => {
    const { page } = await openPage(browser, report.address, { colorScheme: 'dark' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.emulateMedia({ media: 'print' });
    expect(await background()).not.toBe(dark);
    expect(await page.getByRole('navigation', { name: 'Views' }).isVisible()).toBe(false);
    expect(await page.locator('.collect-item .sentence').first().isVisible()).toBe(true);
  });

  it('moves nothing for readers who asked for that', async () => {
    const { page } = await openPage(browser, report.address, { reducedMotion: 'reduce' });
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return transitionDuration !== '0s' || animationName !== 'none';
        }).length,
    );
    expect(moving).toBe(0);
  });

  it('keeps the colours that the reader chose', async () => {
    const { page } = await openPage(browser, report.address, { colorScheme: 'light' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByLabel('Colours').selectOption('dark');
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.locator('h1').waitFor();
    expect(await background()).toBe(dark);
  });
});
