/**
 * How long a page of `gradline page` takes from a dropped picture to its map: `npm run bench:web-page`.
 *
 *     npm run bench:web-page -- --times 9
 *
 * Makes a page of ResNet-50 with its last layer by the built command, and opens it in Chromium from `gradline serve`, with threads, and without
 * the headers that allow them. Prints; judges nothing.
 */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { explainingPage } from '../src/report/serve/answer-request.ts';
import { serveOutput } from '../src/report/serve/serve-output.ts';
import { FileStore } from '../src/shared/store/file-store.ts';
import { builtCommand, printMachine } from './machine.ts';
import { benchModel, writeBenchModel } from './models/models.ts';
import { wholeNumber } from './options.ts';
import { drawPhoto } from './photos.ts';
import { median } from './statistics.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '9' } } });
const times = wholeNumber('times', values.times);

printMachine();
const folder = temporaryFolder();
const site = join(folder, 'site');
const model = benchModel('resnet50');
const flags = ['--layers', model.layers[0], '--preprocess', 'imagenet', '--output', site];
await promisify(execFile)(process.execPath, [builtCommand(), 'page', await writeBenchModel(model, folder), ...flags]);
const photo = await drawPhoto(1);

const alone = { 'Cross-Origin-Embedder-Policy': 'unsafe-none', 'Cross-Origin-Opener-Policy': 'unsafe-none' };
const rows = [];
for (const [name, headers] of [
  ['threads', explainingPage.headers],
  ['one thread', { ...explainingPage.headers, ...alone }],
] as const) {
  const server = await serveOutput(new FileStore(site), 0, { ...explainingPage, headers });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const begin = performance.now();
  await page.goto(`${server.address}/`);
  await page.getByText('drop one anywhere').waitFor();
  const loaded = performance.now() - begin;
  const taken: number[] = [];
  for (let time = 0; time < times; time++) {
    const start = performance.now();
    const name = `photo-${time}.jpg`;
    await page.getByLabel('Open a picture').setInputFiles({ name, mimeType: 'image/jpeg', buffer: photo });
    await page.getByText(`${name}: `).waitFor();
    taken.push(performance.now() - start);
  }
  rows.push([name, seconds(loaded), seconds(taken[0] ?? 0), seconds(median(taken))]);
  await browser.close();
  await server.close();
}
printTable(['page', 'loaded', 'first picture to its map', `median of ${times}`], rows);

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
