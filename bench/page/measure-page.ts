/** What a reader of the report waits for, in a real browser. Times are in milliseconds. */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { firstPicture, imageShown, openFirstTile, typeInto, watchForPicture } from './page-scripts.ts';

export interface Opening {
  /** From the start of the navigation until a picture in the window is loaded and drawn. */
  firstPicture: number;
  /** Bytes of the page, its data and the pictures that it asked for by then. */
  bytes: number;
}

export interface Use {
  /** From the last letter in the search field until the images found are drawn. */
  search: number;
  /** From the choice of a class until its images are drawn. */
  filter: number;
  /** From the press on a tile until the picture and its map are there. */
  image: number;
}

/** In a new context, so without the browser's cache. @param folder where the output lies, to tell how long files are */
export async function measureOpening(browser: Browser, address: string, folder: string): Promise<Opening> {
  const { page, asked } = await openFresh(browser, address);
  try {
    const shown = await poll(page, firstPicture);
    const sizes = await Promise.all([...asked].map((url) => sizeOf(url, address, folder)));
    return { firstPicture: shown, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  } finally {
    await page.context().close();
  }
}

export async function measureUse(browser: Browser, address: string, className: string): Promise<Use> {
  const { page } = await openFresh(browser, `${address}#/images?show=mistakes`);
  try {
    await page.locator('.grid a').first().waitFor();
    const search: number = await page.evaluate(typeInto('[data-search]', 'night-0007'));
    await page.evaluate(typeInto('[data-search]', ''));
    const filter: number = await page.evaluate(typeInto('input[placeholder="any class"]', className));
    const pressed: number = await page.evaluate(openFirstTile);
    return { search, filter, image: (await poll(page, imageShown)) - pressed };
  } finally {
    await page.context().close();
  }
}

async function openFresh(browser: Browser, address: string): Promise<{ page: Page; asked: Set<string> }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const asked = new Set<string>();
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) asked.add(request.url());
  });
  await page.addInitScript(watchForPicture);
  await page.goto(address, { waitUntil: 'commit' });
  return { page, asked };
}

/** Not `page.waitForFunction`: it evaluates text inside the page, which the page's content security policy forbids. */
async function poll(page: Page, script: string): Promise<number> {
  const limit = Date.now() + 120_000;
  while (Date.now() < limit) {
    const value: number | null = await page.evaluate(script);
    if (value !== null) return value;
    await page.waitForTimeout(20);
  }
  throw new Error('The page has shown nothing for two minutes.');
}

async function sizeOf(url: string, address: string, folder: string): Promise<number> {
  const root = new URL('..', address.replace(/#.*/s, '')).href;
  const path = decodeURIComponent(url.replace(/[?#].*/s, '').slice(root.length));
  return stat(join(folder, path)).then(
    ({ size }) => size,
    () => 0,
  );
}
