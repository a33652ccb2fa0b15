import { execFile } from 'node:child_process';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { gradline, runArguments, tinyProject } from '../cli/gradline.ts';
import { redisServerProgram, startRedis } from '../fleet/redis-server.ts';

const run = promisify(execFile);
const example = (path: string) => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
const command = `${process.execPath} ${fileURLToPath(new URL('../../dist/cli/gradline.cjs', import.meta.url))}`;
const redisProgram = await redisServerProgram();

test('library: says the class of an image and where the layer looked', async () => {
  const folder = await tinyProject(3);
  const image = join(folder, 'photos/green/0001.png');
  const args = [example('library/where-it-looked.mjs'), join(folder, 'model.onnx'), 'layer2', image];
  const { stdout } = await run(process.execPath, args);
  expect(stdout).toMatch(/^class 1, score 0\.\d{3}\nlayer2 looked most at row [1-4] of 8, column [1-8] of 8\n$/);
});

test.skipIf(redisProgram === null)('fleet: two workers complete a run', async () => {
  const folder = await tinyProject(6);
  const redis = await startRedis(redisProgram ?? '');
  onTestFinished(() => redis.stop());
  const places = ['photos', 'model.onnx', 'out'].map((name) => join(folder, name));
  const settings = ['--classes', join(folder, 'classes.txt'), '--preprocess', 'none'];
  const environment = { ...process.env, GRADLINE: command, GRADLINE_REDIS: redis.url };
  const { stdout } = await run('bash', [example('fleet/run-by-hand.sh'), ...places, ...settings], { env: environment });
  expect(stdout).toContain('complete');
  expect(stdout).toMatch(/images +100% 6\/6/);
});

test('mistakes: counts which class is taken for which', async () => {
  const folder = await tinyProject(6);
  await mkdir(join(folder, 'photos/blue'), { recursive: true });
  await rename(join(folder, 'photos/red/0000.png'), join(folder, 'photos/blue/0000.png'));
  expect((await gradline(runArguments(folder))).code).toBe(0);
  const { stdout } = await run(process.execPath, [example('mistakes/confused-pairs.mjs'), join(folder, 'out')]);
  expect(stdout).toMatch(/^1 x blue taken for red, mean score [01]\.\d\d\n$/);
});
