/**
 * How long a page of `gradline page` takes from a dropped picture to its map: `npm run bench:web-page`.
 *
 *     npm run bench:web-page -- --times 9 --model resnet50 --webgpu software
 *
 * Makes a page of a network with its last layer by the built command, and opens it in Chromium from `gradline serve`: in WebAssembly with threads,
 * and without the headers that allow them; on WebGPU where it is asked for, of the machine's GPU or of a software one. Prints; judges nothing.
 * Threads wait for each other by spinning: on a machine that others use too they gain nothing.
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

const options = {
  times: { type: 'string', default: '9' },
  model: { type: 'string', default: 'resnet50' },
  webgpu: { type: 'string' },
} as const;
const { values } = parseArgs({ options });
const times = wholeNumber('times', values.times);
const software = ['--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

printMachine();
const folder = temporaryFolder();
const site = join(folder, 'site');
const model = benchModel(values.model);
const flags = ['--layers', model.layers[0], '--preprocess', 'imagenet', '--output', site];
await promisify(execFile)(process.execPath, [builtCommand(), 'page', await writeBenchModel(model, folder), ...flags]);
const photo = await drawPhoto(1);

const alone = { 'Cross-Origin-Embedder-Policy': 'unsafe-none', 'Cross-Origin-Opener-Policy': 'unsafe-none' };
const rows = [];
const { headers } = explainingPage;
const pages = [
  { name: 'WebAssembly, threads', provider: 'wasm', headers },
  { name: 'WebAssembly, one thread', provider: 'wasm', headers: { ...headers, ...alone } },
  ...(values.webgpu === undefined ? [] : [{ name: `WebGPU, ${values.webgpu}`, provider: 'webgpu', headers }]),
];
for (const { name, provider, headers } of pages) {
  const server = await serveOutput(new FileStore(site), 0, { ...explainingPage, headers });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-webgpu', ...(values.webgpu === 'software' ? software : [])],
  });
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  page.setDefaultTimeout(900_000);
  const begin = performance.now();
  await page.goto(`${server.address}/index.html?provider=${provider}`);
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
  const used = await page.getByRole('status').textContent();
  if (used?.includes('on WebGPU') !== (provider === 'webgpu')) throw new Error(`${name}: ${used}`);
  rows.push([name, seconds(loaded), seconds(taken[0] ?? 0), seconds(median(taken))]);
  await browser.close();
  await server.close();
}
printTable(['page', 'loaded', 'first picture to its map', `median of ${times}`], rows);

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
