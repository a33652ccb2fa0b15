import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type RunShape, writeReport } from '../report/page/written-report.ts';
import { openPage, startBrowser } from './browser.ts';

const keys = Array.from({ length: 30 }, (_, index) => `${String(index).padStart(3, '0')}.jpg`);
let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
});

afterAll(() => browser.close());

async function openOverview(shape: Partial<RunShape>) {
  const report = await writeReport({ keys, classNames: ['cat', 'dog'], ...shape });
  onTestFinished(() => report[Symbol.asyncDispose]());
  return { report, ...(await openPage(browser, report.address)) };
}

it('the overview of a run in which nothing is claimed begins with the surest mistakes', async () => {
  const wrong = [6, 12, 21];
  const { page, problems, report } = await openOverview({
    unclaimed: true,
    isMistake: (index) => wrong.includes(index),
  });
  await page.getByText('No cause is claimed').waitFor();
  const worth = page.getByRole('region', { name: 'Worth a look' });
  expect(await worth.getByRole('link', { name: /^Other classes taken for/ }).getAttribute('href')).toBe(
    '#/clusters/cluster-1',
  );
  const strip = page.getByRole('region', { name: 'Surest mistakes', exact: true });
  const shown = await strip.locator('a.thumb').evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('title')));
  const scoreOf = (key: string | null) => {
    const record = report.records.find((one) => one.key === key);
    return record?.status === 'done' ? record.score : Number.NaN;
  };
  expect([...shown].sort()).toEqual(wrong.map((index) => keys[index]));
  expect(shown).toEqual([...shown].sort((a, b) => scoreOf(b) - scoreOf(a)));
  const picture = strip.locator('img').first();
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(56);
  expect(problems).toEqual([]);
});

it('the overview of a run without labels begins with the least sure answers and counts all', async () => {
  const { page, problems } = await openOverview({ unlabelled: true });
  await page.getByRole('heading', { name: 'Least sure answers' }).waitFor();
  expect(await page.locator('.strip .thumb').count()).toBe(12);
  const answers = page.getByRole('region', { name: 'Answers', exact: true });
  expect(await answers.getByRole('link').allTextContents()).toEqual(['dog15', 'cat15']);
  await answers.getByRole('link', { name: /^cat/ }).click();
  await page.getByText('15 images').first().waitFor();
  expect(problems).toEqual([]);
});
