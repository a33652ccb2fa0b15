/** Makes docs/images/dashboard.png: a real fleet on this machine explains the demo's pictures while its dashboard is looked at. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { planImageSet } from '../../demo/draw/image-set.ts';
import { writeImageSet } from '../../demo/draw/write-image-set.ts';
import { freePorts } from './free-ports.ts';

const figure = 'docs/images/dashboard.png';
const folder = await mkdtemp(join(tmpdir(), 'gradline-dashboard-'));
const [redisPort = 0, port = 0] = await freePorts(2);
const redis = `redis://127.0.0.1:${redisPort}`;
const children: ChildProcess[] = [];
try {
  start('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes']);
  const pictures = join(folder, 'validation');
  await writeImageSet(planImageSet('validation', 200, 7), pictures);
  start(process.execPath, ['dist/cli/main.js', 'dashboard', '--redis', redis, '--port', String(port)]);
  enqueue('nightly-2026-11-26', ['--limit', '80']);
  enqueue('nightly-2026-11-27', []);
  enqueue('nightly-2026-11-28', ['--layers', 'layer1,layer2,layer3,layer4']);
  enqueue('weekly-all-layers', ['--layers', 'layer1,layer2,layer3,layer4']);
  gradline(['pause', 'weekly-all-layers']);
  start(process.execPath, ['dist/cli/main.js', 'worker', '--redis', redis, '--name', 'gpu-a1']);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const page = await browser.newPage({ viewport: { width: 1180, height: 690 } });
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.locator('.run-name', { hasText: 'nightly-2026-11-28' }).waitFor();
  const percent = page.locator('.run-line', { hasText: 'nightly-2026-11-28' }).locator('.run-progress b');
  while (Number.parseInt((await percent.textContent()) ?? '', 10) < 60) await sleep(200);
  await page.screenshot({ path: figure });
  await browser.close();
  console.log(`Wrote ${figure}`);

  function enqueue(run: string, flags: readonly string[]): void {
    const places = ['--model', 'demo/model/demo.onnx', '--classes', 'demo/classes.json', '--output', join(folder, run)];
    const settings = [
      '--run',
      run,
      '--labels',
      'folder',
      '--shard-size',
      '8',
      '--quiet',
      '--no-report',
      '--no-preflight',
    ];
    gradline(['enqueue', pictures, ...places, ...settings, ...flags]);
  }
} finally {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map((child) => child.exitCode ?? new Promise((resolve) => child.once('exit', resolve))));
  await rm(folder, { recursive: true, force: true });
}

function start(program: string, flags: readonly string[]): void {
  children.push(spawn(program, flags, { stdio: ['ignore', 'ignore', 'inherit'] }));
}

function gradline(flags: readonly string[]): void {
  const { status } = spawnSync(process.execPath, ['dist/cli/main.js', ...flags, '--redis', redis], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`gradline ${flags[0]} failed.`);
}
