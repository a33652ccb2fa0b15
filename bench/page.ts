/**
 * How soon the report's page over many images shows its first picture: `npm run bench:page`. Opens it from disk in Chromium, each time
 * with a new profile; prints medians and judges nothing.
 */

import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { writeReport } from '../test/report/page/written-report.ts';
import { printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { median, quantile } from './statistics.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({
  options: { images: { type: 'string', default: '50000' }, times: { type: 'string', default: '9' } },
});
const images = wholeNumber('images', values.images);
const times = wholeNumber('times', values.times);

printMachine();
const keys = Array.from({ length: images }, (_, i) => `night-${i % 7}/${String(i).padStart(6, '0')}.jpg`);
const classNames = Array.from({ length: 20 }, (_, i) => `kind ${String(i).padStart(2, '0')}`);
await using report = await writeReport({ keys, classNames, layers: ['layer4'], pictures: 200, evidence: 4 });
console.log(`\nPage over ${images} images`);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const views = [
    { name: 'overview', hash: '' },
    { name: 'gallery, all images', hash: '#/images' },
    { name: 'one image, map drawn', hash: `#/image?key=${encodeURIComponent(keys[0] ?? '')}` },
  ];
  const seconds = views.map((): number[] => []);
  for (let time = 0; time < times; time++) {
    for (const [i, { hash }] of views.entries())
      seconds[i]?.push(await firstPicture(browser, `${report.address}${hash}`));
  }
  console.log(`\nSeconds from opening to the first picture, over ${times} openings`);
  printTable(
    ['', 'median', 'middle half', 'target'],
    views.map(({ name }, i) => {
      const taken = seconds[i] ?? [];
      return [
        name,
        median(taken).toFixed(2),
        `${quantile(taken, 0.25).toFixed(2)} to ${quantile(taken, 0.75).toFixed(2)}`,
        '< 2',
      ];
    }),
  );
} finally {
  await browser.close();
}

/** Until a picture, or the canvas of a map, is on the screen. */
async function firstPicture(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const start = performance.now();
    await page.goto(address, { waitUntil: 'commit' });
    await page.waitForFunction(
      "[...document.querySelectorAll('main img')].some((img) => img.complete && img.naturalWidth > 0 && img.getBoundingClientRect().top < innerHeight)",
    );
    return (performance.now() - start) / 1000;
  } finally {
    await context.close();
  }
}
