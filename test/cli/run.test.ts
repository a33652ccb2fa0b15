import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { imageRecordSchema } from '../../src/shared/run/record.ts';
import { gradline, runArguments, startGradline, tinyProject } from './gradline.ts';

async function recordsOf(folder: string) {
  const scores = join(folder, 'out/scores');
  const parts = (await readdir(scores)).filter((name) => name.endsWith('.jsonl')).sort();
  const lines = await Promise.all(
    parts.map(async (name) => (await readFile(join(scores, name), 'utf8')).trim().split('\n')),
  );
  return lines.flat().map((line) => imageRecordSchema.parse(JSON.parse(line)));
}

test('a run explains every image, tells what came out, and ends with 0', async () => {
  const folder = await tinyProject(7);
  const { code, stdout, stderr } = await gradline(
    runArguments(folder, '--layers', 'layer1,layer2', '--shard-size', '3'),
  );
  expect(stderr).toMatch(/^Explaining 7 images\n/);
  expect(stdout).toMatch(/^Explained 7 images in 0:\d\d \([\d.]+ images\/s\)\n/);
  expect(stdout).toContain('  done      7\n');
  expect(stdout).toContain('  accuracy  1.0000 of 7 labelled images\n');
  expect(stdout).toContain(`  output    ${join(folder, 'out')}\n`);
  expect(code).toBe(0);
  const records = await recordsOf(folder);
  expect(records.map((record) => record.key)).toEqual(
    ['blue/0002', 'blue/0005', 'green/0001', 'green/0004', 'red/0000', 'red/0003', 'red/0006'].map(
      (key) => `${key}.png`,
    ),
  );
  expect((await readdir(join(folder, 'out/overlays/red/0000.png'))).sort()).toEqual([
    'layer1.grad-cam.predicted.jpg',
    'layer2.grad-cam.predicted.jpg',
    'seen.jpg',
  ]);
});

test('images that fail are counted by reason and the exit code is 1', async () => {
  const folder = await tinyProject(4);
  await writeFile(join(folder, 'photos/red/empty.jpg'), '');
  await writeFile(join(folder, 'photos/red/text.jpg'), 'this is no picture');
  const { code, stdout } = await gradline(runArguments(folder));
  expect(code).toBe(1);
  expect(stdout).toContain('Explained 6 images');
  expect(stdout).toMatch(/ {2}failed {4}2 \([a-z-]+ \d(, [a-z-]+ \d)?\)\n/);
  const failed = (await recordsOf(folder)).filter((record) => record.status === 'quarantined');
  expect(failed.map((record) => record.key)).toEqual(['red/empty.jpg', 'red/text.jpg']);
});

test('a key that would leave the folders is quarantined and nothing is written outside', async () => {
  const folder = await tinyProject(3);
  await writeFile(join(folder, 'outside.png'), await readFile(join(folder, 'photos/red/0000.png')));
  await writeFile(join(folder, 'photos/list.csv'), 'key,label\n../outside.png,red\nred/0000.png,red\n');
  const args = runArguments(folder, '--scores', 'both');
  args[1] = join(folder, 'photos/list.csv');
  args.splice(args.indexOf('--labels'), 2);
  const before = (await readdir(folder)).sort();
  expect((await gradline(args)).code).toBe(1);
  expect((await readdir(folder)).sort()).toEqual([...before, 'out'].sort());
  expect(await recordsOf(folder)).toMatchObject([
    { key: '../outside.png', status: 'quarantined', label: 0, error: { code: 'bad-key' } },
    { key: 'red/0000.png', status: 'done', label: 0, correct: true },
  ]);
});

test('--json prints events of one line each, the summary last', async () => {
  const folder = await tinyProject(5);
  const { code, stdout, stderr } = await gradline(runArguments(folder, '--json'));
  expect(code).toBe(0);
  expect(stderr).toBe('');
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events[0]).toEqual({ time: expect.any(String), level: 'info', event: 'plan', total: 5 });
  expect(events.at(-2)).toMatchObject({ event: 'progress', done: 5, quarantined: 0, total: 5 });
  expect(events.at(-1)).toMatchObject({
    event: 'summary',
    state: 'complete',
    images: 5,
    done: 5,
    accuracy: 1,
    labelled: 5,
    failures: {},
    output: join(folder, 'out'),
  });
});

test('--quiet prints nothing unless something is wrong', async () => {
  const folder = await tinyProject(3);
  expect(await gradline(runArguments(folder, '--quiet'))).toEqual({ code: 0, stdout: '', stderr: '' });
  const again = await gradline(runArguments(folder, '--quiet'));
  expect(again.code).toBe(2);
  expect(again.stderr).toMatch(/^gradline: .*--resume.*\n$/);
});

test('a configuration file stands for flags, and flags win', async () => {
  const folder = await tinyProject(3);
  const settings = [
    'input: photos',
    'model: model.onnx',
    'classes: classes.txt',
    'preprocess: none',
    'output: out',
    'maps: true',
  ];
  await writeFile(join(folder, 'gradline.yaml'), [...settings, 'layers: [layer2]', 'overlays: all'].join('\n'));
  const { code } = await gradline([
    'run',
    '--config',
    join(folder, 'gradline.yaml'),
    '--overlays',
    'none',
    '--no-maps',
  ]);
  expect(code).toBe(0);
  expect((await readdir(join(folder, 'out'))).sort()).toEqual(['evidence', 'report', 'run.json', 'scores']);
  expect(await recordsOf(folder)).toMatchObject(
    Array(3).fill({ maps: [{ layer: 'layer2', overlay: null, map: null }] }),
  );
});

describe('Ctrl-C', () => {
  test('ends after the shards at hand with 130, and --resume goes on from there', async () => {
    const folder = await tinyProject(240);
    const args = runArguments(folder, '--shard-size', '2', '--batch-size', '1', '--json');
    const { child, ended } = startGradline(args);
    child.stdout?.on('data', (text: string) => {
      if (text.includes('"event":"plan"')) child.kill('SIGINT');
    });
    const first = await ended;
    expect(first.code).toBe(130);
    expect(first.stdout).toContain('"event":"notice"');
    const summary = JSON.parse(first.stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(summary).toMatchObject({ event: 'summary', state: 'interrupted' });
    expect(summary.images).toBeLessThan(240);
    expect(await recordsOfOrNone(folder)).toHaveLength(summary.images);

    const second = await gradline([...args.filter((argument) => argument !== '--json'), '--resume']);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain('Explained 240 images');
    if (summary.images > 0)
      expect(second.stdout).toContain(`${summary.images} of them were committed by an earlier start`);
    const keys = (await recordsOf(folder)).map((record) => record.key);
    expect(new Set(keys).size).toBe(240);
    expect(keys).toHaveLength(240);
  });

  test('a second one stops at once', async () => {
    const folder = await tinyProject(60);
    const { child, ended } = startGradline(runArguments(folder, '--shard-size', '60', '--batch-size', '1', '--json'));
    child.stdout?.on('data', (text: string) => {
      if (text.includes('"event":"plan"')) child.kill('SIGINT');
      if (text.includes('"event":"notice"')) child.kill('SIGINT');
    });
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).not.toContain('"event":"summary"');
  });
});

async function recordsOfOrNone(folder: string) {
  await mkdir(join(folder, 'out/scores'), { recursive: true });
  return recordsOf(folder);
}
