import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExplanationAnswer } from '../../src/explore/contract.ts';
import { type ExploredDemo, exploreDemo, exploreSeveral } from '../explore/explored-demo.ts';
import { drawByTouch, hashOf, openPage, phone, startBrowser, tapOpacity } from './browser.ts';

const key = 'balloon/0001.jpg';

describe('exploring an image of the report', () => {
  let demo: ExploredDemo;
  let browser: Browser;

  beforeAll(async () => {
    demo = await exploreDemo([key, 'windmill/0001.jpg']);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await demo.close();
    expect(demo.defects).toEqual([]);
  });

  const open = (more = '', options = {}) =>
    openPage(browser, `${demo.address}/report/index.html#/explore?key=${encodeURIComponent(key)}${more}`, options);
  const status = (page: Page) => page.getByRole('status');

  interface Point {
    x: number;
    y: number;
  }

  /** Draws over the picture, from corner to corner of the date. */
  async function drawOverDate(
    page: Page,
    draw: (page: Page, from: Point, to: Point) => Promise<void> = drawByMouse,
  ): Promise<void> {
    const { left, top, width, height } = demo.dateOf(key);
    const stage = page.locator('.cover-stage');
    await stage.scrollIntoViewIfNeeded();
    const box = await stage.boundingBox();
    if (box === null) throw new Error('There is no picture to draw over.');
    const scale = box.width / 160;
    const from = { x: box.x + left * scale, y: box.y + top * scale };
    await draw(page, from, { x: from.x + width * scale, y: from.y + height * scale });
  }

  async function drawByMouse(page: Page, from: Point, to: Point): Promise<void> {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
  }

  it('leads from an image to a lighthouse that is a balloon without its date', async () => {
    const { page, problems } = await openPage(
      browser,
      `${demo.address}/report/index.html#/image?key=${encodeURIComponent(key)}`,
    );
    await page.getByRole('link', { name: 'Explore' }).click();
    await status(page).getByText('What speaks for lighthouse').waitFor();
    await drawOverDate(page);
    await status(page)
      .getByText(/the answer becomes balloon \(\d\d\.\d%\), where it was lighthouse/)
      .waitFor();
    expect(await page.locator('.panel strong').allTextContents()).toEqual(['lighthouse', 'balloon']);
    await page.getByRole('button', { name: 'Uncover' }).click();
    await status(page).getByText('What speaks for lighthouse').waitFor();
    expect(problems).toEqual([]);
  });

  it('explains a class that is typed, another layer and another method, and says what is wrong with a name', async () => {
    const { page, problems } = await open();
    const field = page.getByLabel('Class to explain');
    await field.fill('windmil');
    await field.press('Enter');
    await status(page).getByText('Did you mean windmill?').waitFor();
    await field.fill('windmill');
    const layer = page.getByRole('combobox', { name: 'Layer', exact: true });
    await layer.fill('layer2');
    await layer.press('Enter');
    await page.getByLabel('Method').selectOption('layercam');
    await status(page).getByText('What speaks for windmill at layer2, by layercam').waitFor();
    expect(hashOf(page)).toMatch(/class=windmill.*layer=layer2.*method=layercam/);
    // Chromium writes every refusal of a server to the console.
    expect(problems.filter((problem) => !problem.includes('422'))).toEqual([]);
  });

  it('covers by a finger on a phone, which changes the opacity of the map too', async () => {
    const { page, problems } = await open('', phone);
    await status(page).getByText('What speaks for lighthouse').waitFor();
    await drawOverDate(page, drawByTouch);
    await status(page).getByText('the answer becomes balloon').waitFor();
    await tapOpacity(page, 0.2);
    await expect.poll(() => hashOf(page)).toMatch(/opacity=(1[5-9]|2[0-5])\b/);
    expect(problems).toEqual([]);
  });

  it('covers by keyboard alone', async () => {
    const { page, problems } = await open('&fill=inpaint');
    await status(page).getByText('What speaks for').waitFor();
    await page.locator('.cover-stage').focus();
    for (const pressed of ['Enter', 'ArrowRight', 'ArrowDown', 'Shift+ArrowLeft']) await page.keyboard.press(pressed);
    await expect.poll(() => hashOf(page)).toContain('cover=64,64,36,40');
    await status(page).getByText('Covered, the answer').waitFor();
    await page.keyboard.press('Delete');
    await expect.poll(() => hashOf(page)).not.toContain('cover=');
    await page.keyboard.press('p');
    await status(page).getByText('Covered, the answer').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Explore' }).waitFor();
    expect(problems).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'breaks no rule that axe checks, in %s colours, and fits on a phone',
    async (colorScheme) => {
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      const { page, problems } = await open('&cover=70,120,80,30', { colorScheme, reducedMotion: 'reduce' });
      await status(page).getByText('Covered, the answer').waitFor();
      await page.evaluate(axe);
      const broken: unknown[] = await page.evaluate(
        "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + nodes[0].html))",
      );
      expect(broken).toEqual([]);
      await page.setViewportSize({ width: 360, height: 700 });
      const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement);
      expect(scrollWidth).toBe(clientWidth);
      expect(problems).toEqual([]);
    },
  );
});

it('decides every class of an image with several labels, as it is and covered, and explains any that is asked for', async () => {
  const demo = await exploreSeveral(6);
  const browser = await startBrowser();
  try {
    const record = demo.records.find(({ decided }) => (decided?.length ?? 0) >= 2);
    if (!record) throw new Error('No picture has two classes.');
    const address = `${demo.address}/report/index.html#/explore?key=${encodeURIComponent(record.key)}`;
    const { page, problems } = await openPage(browser, address, { viewport: { width: 390, height: 800 } });
    const status = page.getByRole('status');
    const answers: ExplanationAnswer[] = [];
    page.on('response', async (response) => {
      if (response.url().endsWith('/explore/explanation')) answers.push(await response.json());
    });
    const names = [...(record.decided ?? [])]
      .sort((a, b) => (record.scores?.[b] ?? 0) - (record.scores?.[a] ?? 0))
      .map((index) => record.decidedNames?.[record.decided?.indexOf(index) ?? -1]);
    await status.getByText(`Above their threshold: ${names.join(', ')}.`).waitFor();

    // A class that is not decided, by its name in the table: it has a map all the same.
    const below = record.scores?.findIndex((_, index) => !record.decided?.includes(index)) ?? -1;
    await page.locator('details.legend summary').click();
    await page.locator('button.asks').last().click();
    await expect.poll(() => answers.at(-1)?.explained.class).not.toBe(record.predicted);
    const asked = answers.at(-1);
    expect(record.decided).not.toContain(asked?.explained.class);
    expect(asked?.original.top).toEqual(record.top);
    expect(asked?.original.map.degenerateReason).toBeNull();
    await status.getByText(`What speaks for ${asked?.explained.name}`).waitFor();
    expect(below).toBeGreaterThanOrEqual(0);

    // Nearly all of the picture is covered: nothing is above its threshold any more.
    await page.goto(`${address}&cover=0,0,160,150`);
    await status.getByText('Covered,').waitFor();
    expect(await status.textContent()).toMatch(/falls below its threshold|stays above its threshold/);
    expect(await page.locator('.score-changes').first().textContent()).toMatch(/above.*below/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
    await demo.close();
  }
  expect(demo.defects).toEqual([]);
});
