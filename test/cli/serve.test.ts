import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { gradline, runArguments, startGradline, tinyProject } from './gradline.ts';

/** Starts the command and waits for its address. */
async function startServing(...args: string[]) {
  const { child, ended } = startGradline(['serve', ...args]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  child.stdout?.on('data', (text: string) => {
    printed += text;
  });
  for (let tries = 0; !printed.includes('Ctrl-C') && child.exitCode === null && tries < 400; tries += 1) await wait(25);
  const address = /^Serving .* at (http:\/\/127\.0\.0\.1:\d+)\/report\/index\.html\n/.exec(printed)?.[1];
  if (address === undefined) throw new Error(`No address in: ${printed}`);
  return { child, ended, address };
}

test.each(['SIGINT', 'SIGTERM'] as const)('gradline serve shows a run until %s, and ends with 0', async (signal) => {
  const folder = await tinyProject(3);
  expect((await gradline(runArguments(folder))).code).toBe(0);
  const { child, ended, address } = await startServing(join(folder, 'out'));
  const page = await fetch(`${address}/`);
  expect([page.url, page.status]).toEqual([`${address}/report/index.html`, 200]);
  expect(await page.text()).toContain('<!doctype html>');
  expect((await fetch(`${address}/run.json`)).headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect((await fetch(`${address}/overlays/red/0000.png/seen.jpg`)).status).toBe(200);
  child.kill(signal);
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([0, '']);
  await expect(fetch(`${address}/run.json`)).rejects.toThrow();
});

test('says how to make a report that is not there, and serves the rest', async () => {
  const folder = await tinyProject(3);
  const out = join(folder, 'out');
  await gradline(runArguments(folder, '--no-report'));
  const { child, ended, address } = await startServing(out);
  expect((await fetch(`${address}/run.json`)).status).toBe(200);
  child.kill('SIGINT');
  const { stderr } = await ended;
  expect(stderr).toBe(`There is no report yet: gradline report ${out} makes it.\n`);
});

test('takes a port, and says when it is in use', async () => {
  const folder = await tinyProject(3);
  const out = join(folder, 'out');
  await gradline(runArguments(folder, '--no-report'));
  const { address } = await startServing(out);
  const second = await gradline(['serve', out, '--port', new URL(address).port]);
  expect([second.code, second.stdout]).toEqual([2, '']);
  expect(second.stderr).toMatch(/^gradline: Port \d+ is in use\./);
});

test.each([
  [['serve']],
  [['serve', 'photos-that-are-not-there']],
  [['serve', 'x', '--port', '70000']],
  [['serve', 'x', '--port', 'any']],
])('%j is a mistake of the user', async (args) => {
  const { code, stdout, stderr } = await gradline(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^gradline: /);
});
