/** A real browser for the tests: Debian's Chromium, or the one that CHROMIUM names. */

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export interface OpenPage {
  page: Page;
  /** Errors that the page wrote to the console or threw, and requests to anywhere but the report's own files. */
  problems: string[];
}

/** @param flags of Chromium's command line */
export async function startBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Containers run as root, where Chromium's sandbox does not start.
    args: ['--no-sandbox', ...flags],
  });
}

/** A context of a phone. */
export const phone: BrowserContextOptions = { viewport: { width: 360, height: 700 }, hasTouch: true, isMobile: true };

interface Point {
  x: number;
  y: number;
}

/** Draws with a finger from one point of the window to another. */
export async function drawByTouch(page: Page, from: Point, to: Point): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: Point[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints });
  await send('touchStart', from);
  await send('touchMove', middle);
  await send('touchMove', to);
  await send('touchEnd');
}

/** Taps the slider of a map's opacity where it says so much, from 0 to 1. */
export async function tapOpacity(page: Page, share: number): Promise<void> {
  const slider = page.getByRole('slider', { name: 'Opacity' });
  await slider.scrollIntoViewIfNeeded();
  const box = await slider.boundingBox();
  if (box === null) throw new Error('There is no slider.');
  await page.touchscreen.tap(box.x + share * box.width, box.y + box.height / 2);
}

/** Opens a page in a context of its own and waits for its first heading. */
export async function openPage(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  const page = await context.newPage();
  // Only for pages that never come: on a busy machine a whole one takes ten seconds and more.
  page.setDefaultTimeout(40_000);
  const problems: string[] = [];
  const home = new URL('..', address.replace(/#.*/s, '')).href;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(home) && !request.url().startsWith('data:')) problems.push(`asked ${request.url()}`);
  });
  await page.goto(address);
  await page.locator('h1').waitFor();
  return { page, problems };
}

/** The part of the address that holds the page's state. */
export function hashOf(page: Page): string {
  return decodeURIComponent(new URL(page.url()).hash);
}
