/** A real browser for the tests: Debian's Chromium, or the one that CHROMIUM names. */

import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export interface OpenPage {
  page: Page;
  /** Errors that the page wrote to the console or threw, and requests to anywhere but the report's own files. */
  problems: string[];
}

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Containers run as root, where Chromium's sandbox does not start.
    args: ['--no-sandbox'],
  });
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
