/** Makes docs/images/explore.png: the demo's run explored in a browser, with the printed date of a balloon covered by the mouse. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { planImageSet } from '../../demo/draw/image-set.ts';
import { writeImageSet } from '../../demo/draw/write-image-set.ts';
import { freePorts } from './free-ports.ts';

const figure = 'docs/images/explore.png';
const key = 'balloon/0001.jpg';
/** The date's corners, as shares of what the model sees. */
const date = { left: 0.45, top: 0.78, right: 0.99, bottom: 0.97 };

const folder = await mkdtemp(join(tmpdir(), 'gradline-explore-'));
const [port = 0] = await freePorts(1);
const [pictures, output] = [join(folder, 'validation'), join(folder, 'explained')];
await writeImageSet(
  planImageSet('validation', 360, 7).filter((picture) => /000\d/.test(picture.key)),
  pictures,
);
const settings = ['--classes', 'demo/classes.json', '--labels', 'folder', '--target', 'predicted,label'];
const places = ['--model', 'demo/model/demo.onnx', '--layers', 'layer3,layer4', '--output', output];
const { status } = spawnSync(process.execPath, ['dist/cli/main.js', 'run', pictures, ...places, ...settings], {
  stdio: 'inherit',
});
if (status !== 0) throw new Error('gradline run failed.');
const server = spawn(process.execPath, ['dist/cli/main.js', 'serve', output, '--explore', '--port', String(port)], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
const address = `http://127.0.0.1:${port}/report/index.html#/explore?key=${encodeURIComponent(key)}`;
while (!(await fetch(address).catch(() => null))?.ok) await sleep(200);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 1100, height: 1040 } });
await page.goto(address);
const stage = page.locator('.cover-stage');
await stage.waitFor();
const box = await stage.boundingBox();
if (box === null) throw new Error('The page shows no picture.');
await page.mouse.move(box.x + date.left * box.width, box.y + date.top * box.height);
await page.mouse.down();
await page.mouse.move(box.x + date.right * box.width, box.y + date.bottom * box.height, { steps: 4 });
await page.mouse.up();
await page.getByText('the answer becomes balloon').waitFor();
await page.screenshot({ path: figure, fullPage: true });
await browser.close();
server.kill('SIGTERM');
await new Promise((resolve) => server.once('exit', resolve));
await rm(folder, { recursive: true, force: true });
console.log(`Wrote ${figure}`);
