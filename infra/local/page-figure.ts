/** Makes docs/images/page.png: a page of the demo's model, with one of its samples open and two classes compared. */

import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { planImageSet } from '../../demo/draw/image-set.ts';
import { writeImageSet } from '../../demo/draw/write-image-set.ts';
import { explainingPage } from '../../src/report/serve/answer-request.ts';
import { serveOutput } from '../../src/report/serve/serve-output.ts';
import { FileStore } from '../../src/shared/store/file-store.ts';

const figure = 'docs/images/page.png';
const keys = ['balloon/0001.jpg', 'lighthouse/0001.jpg', 'sailboat/0001.jpg', 'windmill/0001.jpg'];

const folder = await mkdtemp(join(tmpdir(), 'gradline-page-'));
const [pictures, samples, site] = [join(folder, 'pictures'), join(folder, 'samples'), join(folder, 'site')];
await writeImageSet(
  planImageSet('validation', 360, 7).filter(({ key }) => keys.includes(key)),
  pictures,
);
await mkdir(samples);
for (const key of keys) await copyFile(join(pictures, key), join(samples, key.replace('/0001', '')));
const settings = ['--classes', 'demo/classes.json', '--layers', 'layer3,layer4', '--method', 'grad-cam,layercam'];
const places = ['--title', 'Balloons, lighthouses, sailboats, windmills', '--samples', samples, '--output', site];
const command = ['dist/cli/main.js', 'page', 'demo/model/demo.onnx', ...settings, ...places];
const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
if (status !== 0) throw new Error('gradline page failed.');
const server = await serveOutput(new FileStore(site), 0, explainingPage);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 1100, height: 930 } });
await page.goto(`${server.address}/index.html#/explain?compare=balloon`);
await page.getByRole('button', { name: 'balloon' }).click();
await page.locator('.map-layer canvas').nth(1).waitFor();
await page.screenshot({ path: figure });
await browser.close();
await server.close();
await rm(folder, { recursive: true, force: true });
console.log(`Wrote ${figure}`);
