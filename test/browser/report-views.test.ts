import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heatmapOf, type WrittenReport, writeReport } from '../report/page/written-report.ts';
import { hashOf, openPage, startBrowser } from './browser.ts';

const classNames = ['balloon', 'lighthouse', 'sailboat', 'windmill'];
const keys = Array.from({ length: 240 }, (_, index) => `shots/${String(index).padStart(3, '0')}.jpg`);

describe('the report in a browser', () => {
  let report: WrittenReport;
  let browser: Browser;
  const open = (hash = '') => openPage(browser, `${report.address}${hash}`);

  beforeAll(async () => {
    report = await writeReport({
      keys,
      classNames,
      quarantined: [{ key: 'broken.jpg', code: 'not-an-image', message: 'The file is not a picture.' }],
    });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser.close();
    await report[Symbol.asyncDispose]();
  });

  it('begins with the collection list, whose item leads to its cluster', async () => {
    const { page, problems } = await open();
    const first = page.locator('.collect-item').first();
    await first.getByText('collect them with this mark').waitFor();
    await first.getByRole('link', { name: 'cluster 1' }).click();
    await page.getByRole('heading', { name: 'Typical images' }).waitFor();
    await page.getByRole('heading', { name: /^Counter-examples/ }).waitFor();
    const dots = page.locator('.scatter a');
    expect(await dots.count()).toBeGreaterThan(20);
    await dots.first().hover();
    await page.locator('.picked img, .picked .empty').first().waitFor();
    expect(hashOf(page)).toBe('#/clusters/cluster-1');
    expect(problems).toEqual([]);
  });

  it('proves a cause with pictures before and after, each with the answer of the network', async () => {
    const { page, problems } = await open('#/clusters/cluster-1');
    await page.getByText('tested on the network').waitFor();
    await page.getByText('Without it, 10 of 12 images get their true class back.').waitFor();
    const sides = page.locator('.proof-side');
    await expect.poll(() => sides.count()).toBe(4);
    const widths = () =>
      sides.locator('img').evaluateAll((all: HTMLImageElement[]) => all.map((img) => img.naturalWidth));
    await expect.poll(widths).toEqual([56, 56, 56, 56]);
    const answers = await page.locator('.proof-answer').allTextContents();
    const [wrong, back, right, taken] = answers.map((text) => text.replace(/^. /, '').replace(/ \d+%$/, ''));
    expect([wrong, back]).not.toContain(undefined);
    expect(taken).toBe(wrong);
    expect(back).not.toBe(wrong);
    expect(right).not.toBe(wrong);
    const row = page.getByRole('row', { name: /^something in the lower right corner/ });
    expect(await row.locator('td').allTextContents()).toEqual(['25%', '8%', '13%', '2.1 of 5.9', '–']);
    expect(problems).toEqual([]);
  });

  it('filters the gallery by a cell of the confusion matrix, and comes back', async () => {
    const { page, problems } = await open('#/confusion');
    await page
      .getByRole('link', { name: /^20 balloon taken for lighthouse/ })
      .first()
      .click();
    await page.getByText('20 images').first().waitFor();
    for (const tile of await page.locator('.grid a').all()) {
      expect(await tile.textContent()).toMatch(/predicted lighthouse.*is balloon/);
    }
    await page.goBack();
    await page.getByRole('heading', { name: 'Confusion matrix' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('shows a mistake with the maps of both classes, and switches layers', async () => {
    const { page, problems } = await open('#/image?key=shots/003.jpg');
    const panels = page.locator('.panel');
    await expect.poll(() => panels.count()).toBe(2);
    await expect.poll(() => panels.nth(0).locator('figcaption').textContent()).toMatch(/predicted class\s*balloon/);
    await expect.poll(() => panels.nth(1).locator('figcaption').textContent()).toMatch(/true class\s*windmill/);
    const peakOf = (panel: number) =>
      panels
        .nth(panel)
        .locator('.peak')
        .evaluate(({ style }) =>
          [style.top, style.left].map((share) => Math.floor((Number.parseFloat(share) / 100) * 7)),
        );
    const expected = (layer: string, target: string) => {
      const { row, column } = heatmapOf(3, layer, target);
      return [row, column];
    };
    await expect.poll(() => peakOf(0)).toEqual(expected('layer3', 'predicted'));
    await expect.poll(() => peakOf(1)).toEqual(expected('layer3', 'label'));
    await page.getByLabel('Layer').selectOption('layer4');
    await expect.poll(() => peakOf(0)).toEqual(expected('layer4', 'predicted'));
    expect(hashOf(page)).toContain('layer=layer4');
    await page.getByRole('button', { name: 'true class' }).click();
    await expect.poll(() => panels.count()).toBe(1);
    expect(problems).toEqual([]);
  });

  it('reads the values under the pointer, and draws the map as opaque as the slider says', async () => {
    const { page, problems } = await open('#/image?key=shots/003.jpg&layer=layer4&targets=predicted');
    const stage = page.getByRole('slider', { name: /^Map of predicted class/ });
    const { row, column, values } = heatmapOf(3, 'layer4', 'predicted');
    const box = await stage.boundingBox();
    if (!box) throw new Error('The map has no place on the page.');
    await page.mouse.move(box.x + (box.width * (column + 0.5)) / 7, box.y + (box.height * (row + 0.5)) / 7);
    const readout = page.locator('.readout');
    await expect
      .poll(() => readout.textContent())
      .toBe(`1.5 at row ${row + 1}, column ${column + 1}, 100% of the maximum`);
    await page.mouse.move(box.x + box.width / 14, box.y + box.height / 14);
    const corner = values[0] ?? Number.NaN;
    await expect.poll(() => readout.textContent()).toContain(`${Number(corner.toPrecision(3))}`.replace('-', '−'));
    await page.getByLabel(/^Opacity of the map/).fill('25');
    expect(await page.locator('.map-layer').evaluate((layer) => getComputedStyle(layer).opacity)).toBe('0.25');
    expect(problems).toEqual([]);
  });

  it('shows an image without a picture by its map and numbers', async () => {
    const { page, problems } = await open('#/image?key=shots/001.jpg');
    await page.locator('.stage canvas').waitFor();
    await page.getByText('area above half').waitFor();
    expect(await page.locator('.stage img').count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('goes through the images of the gallery in its order', async () => {
    const { page, problems } = await open('#/images?show=mistakes&sort=key');
    await page.locator('.grid a').first().click();
    await page.getByRole('heading', { name: 'shots/000.jpg' }).waitFor();
    await page.getByRole('button', { name: /next/ }).click();
    await page.getByRole('heading', { name: 'shots/003.jpg' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Images' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('title'))).toBe('shots/003.jpg');
    expect(problems).toEqual([]);
  });

  it('sorts the table of classes', async () => {
    const { page, problems } = await open();
    const names = () => page.locator('.classes tbody th').allTextContents();
    await page.getByRole('columnheader', { name: 'class' }).getByRole('button').click();
    expect(await names()).toEqual(classNames);
    await page.getByRole('columnheader', { name: 'class' }).getByRole('button').click();
    expect(await names()).toEqual([...classNames].reverse());
    expect(problems).toEqual([]);
  });

  it('says why images were quarantined', async () => {
    const { page, problems } = await open('#/quarantined');
    const row = page.getByRole('row', { name: /broken\.jpg/ });
    expect(await row.textContent()).toMatch(/not-an-image\s*The file is not a picture\./);
    expect(problems).toEqual([]);
  });

  it('says so when a link names what the report does not have', async () => {
    const { page, problems } = await open('#/clusters/cluster-99');
    await page.getByRole('heading', { name: 'No such cluster' }).waitFor();
    await page.goto(`${report.address}#/image?key=nothing.jpg`);
    await page.getByRole('heading', { name: 'No such image' }).waitFor();
    expect(problems).toEqual([]);
  });
});
