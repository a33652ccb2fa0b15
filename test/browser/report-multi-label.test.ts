import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HarbourReport, writeHarbourReport } from '../report/page/harbour-report.ts';
import { hashOf, openPage, startBrowser } from './browser.ts';

const [boat, gull] = [0, 2];
const views = [
  'overview',
  'clusters/cluster-1',
  'gaps/gap-1',
  'classes',
  'classes/2',
  'classes/5',
  'together',
  'images?class=2&which=mistakes&threshold=0.6',
  'image?key=harbour/003.jpg',
  'labels',
  'changes',
  'changes/elsewhere',
];

describe('the report of a run whose images have several labels', () => {
  let report: HarbourReport;
  let browser: Browser;

  beforeAll(async () => {
    report = await writeHarbourReport({ images: 120 });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await report[Symbol.asyncDispose]();
  });

  const open = (hash: string) => openPage(browser, `${report.address}#/${hash}`);

  /** Decided falsely as gulls at a threshold. */
  const falseGulls = (threshold: number) =>
    report.scenes.filter(({ truth, scores }) => truth?.[gull] === 0 && (scores[gull] ?? 0) >= threshold).length;

  const shownCounts = async (page: Page) => ({
    cell: Number(await page.locator('.decision b').nth(2).textContent()),
    gallery: Number(await page.locator('#shown small').textContent()),
    tiles: await page.locator('.strip.large .thumb').count(),
  });

  async function expectThreshold(page: Page, threshold: () => Promise<number>): Promise<void> {
    await expect
      .poll(async () => ({ ...(await shownCounts(page)), of: await threshold() }))
      .toSatisfy(({ cell, gallery, tiles, of }: { cell: number; gallery: number; tiles: number; of: number }) => {
        const images = falseGulls(of);
        return cell === images && gallery === images && tiles === Math.min(images, 18);
      });
  }

  it('moves a threshold by key, by mouse and by typing; counts, gallery and address follow', async () => {
    const { page, problems } = await open('classes/2');
    const typed = page.getByRole('spinbutton', { name: 'Threshold' });
    const threshold = async () => Number(await typed.inputValue()) - 5e-5;
    await expectThreshold(page, threshold);
    const slider = page.getByRole('slider');
    await slider.focus();
    for (let step = 0; step < 12; step += 1) await page.keyboard.press('ArrowRight');
    await expect.poll(threshold).toBeGreaterThan(0.5);
    await expectThreshold(page, threshold);
    const afterKeys = await threshold();

    const plane = await page.locator('.precision-recall-plane').boundingBox();
    const handle = await page.locator('.precision-recall-handle').boundingBox();
    if (!plane || !handle) throw new Error('The curve has no place on the page.');
    await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
    await page.mouse.down();
    await page.mouse.move(plane.x + plane.width * 0.2, plane.y + plane.height * 0.4, { steps: 5 });
    await page.mouse.up();
    await expect.poll(threshold).toBeGreaterThan(afterKeys + 0.05);
    await expectThreshold(page, threshold);
    await expect.poll(() => hashOf(page)).toMatch(/threshold=0\.\d+/);

    await typed.fill('0.7');
    await typed.press('Enter');
    await expectThreshold(page, async () => 0.7);
    await page.getByRole('button', { name: "The run's" }).click();
    await expectThreshold(page, async () => 0.4);
    expect(problems).toEqual([]);
  });

  it('moves a threshold by finger along the curve, and scrolls past it without moving it', async () => {
    const { page, problems } = await openPage(browser, `${report.address}#/classes/2`, {
      viewport: { width: 390, height: 700 },
      hasTouch: true,
      isMobile: true,
    });
    const typed = page.getByRole('spinbutton', { name: 'Threshold' });
    const threshold = async () => Number(await typed.inputValue()) - 5e-5;
    await page.locator('.precision-recall-handle').scrollIntoViewIfNeeded();
    const client = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints: points });
    const swipe = async (from: { x: number; y: number }, to: { x: number; y: number }) => {
      await touch('touchStart', [from]);
      for (const share of [0.1, 0.25, 0.5, 0.75, 1]) {
        await touch('touchMove', [{ x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) }]);
      }
      await touch('touchEnd', []);
    };
    const places = async () => {
      const plane = await page.locator('.precision-recall-plane').boundingBox();
      const handle = await page.locator('.precision-recall-handle').boundingBox();
      if (!plane || !handle) throw new Error('The curve has no place on the page.');
      const ring = { x: handle.x + handle.width / 2, y: handle.y + handle.height / 2 };
      return { ring, at: (x: number, y: number) => ({ x: plane.x + plane.width * x, y: plane.y + plane.height * y }) };
    };

    const scrolled = await page.evaluate(() => scrollY);
    const first = await places();
    await swipe(first.ring, first.at(0.2, 0.6));
    await expect.poll(threshold).toBeGreaterThan(0.5);
    await expectThreshold(page, threshold);
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);
    const dragged = await threshold();

    const second = await places();
    await swipe(second.at(0.2, 0.9), second.at(0.8, 0.9));
    await expect.poll(threshold).toBeLessThan(dragged);
    await expectThreshold(page, threshold);
    const alongCurve = await threshold();

    const third = await places();
    await swipe(third.at(0.1, 0.9), third.at(0.1, 0.1));
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(scrolled);
    expect(await threshold()).toBe(alongCurve);
    expect(problems).toEqual([]);
  });

  it('opens an image of a class with the maps of its classes, and goes on among the same images', async () => {
    const { page, problems } = await open('classes/2');
    await page.locator('.strip.large .thumb').first().click();
    await page.getByText(`1 of ${falseGulls(0.4)}`).waitFor();
    const key = (await page.locator('h1').textContent()) ?? '';
    const scene = report.scenes.find((one) => one.key === key);
    await expect
      .poll(() => page.locator('.panel:not(.earlier) strong').count())
      .toBe(Math.min(4, scene?.explained.length ?? -1));
    const map = page.locator('.panel', { has: page.getByText('false positive') }).getByText('gull');
    await map.waitFor();
    await page.keyboard.press('ArrowRight');
    await page.getByText(`2 of ${falseGulls(0.4)}`).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Images' }).waitFor();
    for (const tile of await page.locator('.grid a').all()) {
      expect(await tile.textContent()).toMatch(/gull.*false positive/);
    }
    expect(problems).toEqual([]);
  });

  it('leads from a cue that travels with another label to its false positives', async () => {
    const { page, problems } = await open('together');
    const beside = report.scenes.filter(
      ({ truth, scores }) => truth?.[gull] === 0 && truth[boat] === 1 && (scores[gull] ?? 0) >= 0.4,
    ).length;
    const cell = page.getByRole('link', { name: `${beside} false positives of gull beside boat` });
    await cell.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByText(`${beside} images`).first().waitFor();
    expect(hashOf(page)).toBe('#/images?class=2&which=false-positive&label=0');
    expect(problems).toEqual([]);
  });

  it('shows how far the map of a class moved since an earlier run, beside what became of its decision', async () => {
    const { page, problems } = await open('changes');
    await page.getByRole('heading', { name: 'Where the network looks' }).waitFor();
    const moved = page.getByRole('row', { name: /right in both/ });
    expect(await moved.getByRole('cell').allTextContents()).toEqual(['40', '0.88', '6']);
    const elsewhere = page.locator('section', { has: page.getByRole('heading', { name: /^Looking elsewhere/ }) });
    const card = elsewhere.locator('.change-card').first();
    await expect.poll(() => card.locator('canvas').count()).toBe(2);
    expect(await card.textContent()).toMatch(/boat.*then\s*decided.*now\s*decided.*is true, correlation −0\.31/s);
    await card.getByRole('link').click();
    await expect.poll(() => page.locator('.panel.earlier canvas').count()).toBeGreaterThan(0);
    expect(await page.locator('.panel.earlier').first().textContent()).toMatch(/earlier run\s*boat/);
    expect(problems).toEqual([]);
  });

  it('breaks no rule of WCAG 2.2 AA that axe checks in light and dark colours, and fits on a narrow phone', async () => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const { page } = await openPage(browser, report.address, { reducedMotion: 'reduce' });
    await page.evaluate(axe);
    for (const [place, view] of views.entries()) {
      // In turn, for the time that it takes; the page with most colours of its own in both.
      const schemes =
        view === 'classes/2' ? (['light', 'dark'] as const) : ([place % 2 === 0 ? 'light' : 'dark'] as const);
      await page.setViewportSize({ width: 1200, height: 800 });
      await page.goto(`${report.address}#/${view}`);
      await page.locator('h1').waitFor();
      await page.waitForLoadState('networkidle');
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        const found: { id: string; nodes: { html: string }[] }[] = await page.evaluate(
          "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((result) => result.violations)",
        );
        const violations = found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
        expect({ view, colorScheme, violations }).toEqual({ view, colorScheme, violations: [] });
      }
      await page.setViewportSize({ width: 360, height: 700 });
      const overhang = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect({ view, overhang }).toEqual({ view, overhang: 0 });
    }
  });
});
