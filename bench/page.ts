/**
 * How soon the report's page over many images shows its first picture, and how soon it answers: `npm run bench:page`.
 *
 *     npm run demo && npm run bench:page -- --images 50000 --times 9
 *
 * Repeats the records, evidence and pictures of a small run (the demo's, or `--from`), makes the report with the built command, and opens it in
 * Chromium from disk and from `gradline serve`, without the browser's cache. Prints; judges nothing.
 */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { builtCommand, packageFolder, printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { measureOpening, measureUse } from './page/measure-page.ts';
import { repeatRun } from './page/repeat-run.ts';
import { median, quantile } from './statistics.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '50000' },
    times: { type: 'string', default: '9' },
    from: { type: 'string', default: join(packageFolder, 'demo/out/explained') },
  },
});
const times = wholeNumber('times', values.times);

printMachine();
const folder = join(temporaryFolder(), 'output');
const images = await repeatRun(values.from, folder, wholeNumber('images', values.images));
const begin = performance.now();
const { stdout } = await promisify(execFile)(process.execPath, [builtCommand(), 'report', folder, '--json'], {
  maxBuffer: 2 ** 30,
});
const [name = ''] = JSON.parse(stdout).classNames;
const { size } = await stat(join(folder, 'report/data/report.js'));
console.log(`Report    over ${images} images made in ${((performance.now() - begin) / 1000).toFixed(0)} s`);
console.log(`Data      report.js ${mebibytes(size)}, before any compression`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const server = spawn(process.execPath, [builtCommand(), 'serve', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [line] = await once(server.stdout, 'data');
  const served = /http:\S+/.exec(String(line))?.[0] ?? '';
  const fromDisk = pathToFileURL(join(folder, 'report/index.html')).href;
  console.log(`\nFrom navigation to the first picture drawn, ${times} openings`);
  const views = [
    ['overview, from disk', fromDisk],
    ['overview, gradline serve', served],
    ['mistakes, from disk', `${fromDisk}#/images?show=mistakes`],
    ['mistakes, gradline serve', `${served}#/images?show=mistakes`],
  ] as const;
  const rows: string[][] = [];
  for (const [title, address] of views) {
    const openings = [];
    for (let time = 0; time < times; time += 1) openings.push(await measureOpening(browser, address, folder));
    const bytes = median(openings.map((opening) => opening.bytes));
    rows.push([title, ...spread(openings.map(({ firstPicture }) => firstPicture)), mebibytes(bytes)]);
  }
  printTable(['', 'median, s', 'middle half, s', 'read by then'], rows);

  console.log(`\nIn the gallery of mistakes, ${times} times`);
  const uses = [];
  for (let time = 0; time < times; time += 1) uses.push(await measureUse(browser, fromDisk, name));
  printTable(
    ['', 'median, s', 'middle half, s'],
    [
      ['search in keys', ...spread(uses.map(({ search }) => search))],
      ['filter by class', ...spread(uses.map(({ filter }) => filter))],
      ['open an image', ...spread(uses.map(({ image }) => image))],
    ],
  );
} finally {
  server.kill('SIGINT');
  await browser.close();
}

function spread(milliseconds: readonly number[]): string[] {
  const seconds = (value: number) => (value / 1000).toFixed(2);
  const [low, high] = [quantile(milliseconds, 0.25), quantile(milliseconds, 0.75)];
  return [seconds(median(milliseconds)), `${seconds(low)} to ${seconds(high)}`];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
