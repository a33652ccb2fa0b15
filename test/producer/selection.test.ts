import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planRun } from '../../src/producer/plan.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { temporaryFolder, writeFiles } from '../shared/temporary-folder.ts';

const files = [
  'cat/1.jpg',
  'cat/2.png',
  'cat/thumbs/1.jpg',
  'dog/1.jpg',
  'dog/2.JPG',
  'dog/odd (1) [a].jpg',
  'emu/raw.dng',
  'top.jpg',
];

async function planOf(flags: Record<string, unknown>, keys = files) {
  const folder = await temporaryFolder();
  await writeFiles(folder, Object.fromEntries(keys.map((key) => [key, ''])));
  return planRun(await readConfiguration({ input: folder, model: 'm.onnx', output: '/nowhere/out', ...flags }));
}

async function selected(flags: Record<string, unknown>, keys = files): Promise<string[]> {
  const plan = await planOf(flags, keys);
  const images: string[] = [];
  for await (const image of plan.images()) images.push(image.key);
  expect(plan.total).toBe(images.length);
  return images;
}

describe('globs', () => {
  test('take the whole key; without a slash, the name in any folder', async () => {
    expect(await selected({ include: 'cat/*.jpg' })).toEqual(['cat/1.jpg']);
    expect(await selected({ include: 'cat/**' })).toEqual(['cat/1.jpg', 'cat/2.png', 'cat/thumbs/1.jpg']);
    expect(await selected({ include: '1.*' })).toEqual(['cat/1.jpg', 'cat/thumbs/1.jpg', 'dog/1.jpg']);
  });

  test('of a list each count; braces keep their comma; exclude wins', async () => {
    expect(await selected({ include: '*.{png,JPG},top.*' })).toEqual(['cat/2.png', 'dog/2.JPG', 'top.jpg']);
    expect(await selected({ include: ['cat/**', 'dog/**'], exclude: '**/thumbs/**,dog/[12].*' })).toEqual([
      'cat/1.jpg',
      'cat/2.png',
      'dog/odd (1) [a].jpg',
    ]);
  });

  test('name special characters by a backslash', async () => {
    expect(await selected({ include: 'dog/odd \\(1\\) \\[a\\].jpg' })).toEqual(['dog/odd (1) [a].jpg']);
  });

  test('that cannot be are refused', async () => {
    await expect(planOf({ include: '/cat/*' })).rejects.toMatchObject({ code: 'bad-setting' });
    await expect(planOf({ exclude: '[z-a].jpg' })).rejects.toThrow(
      /--exclude holds '\[z-a\]\.jpg', which is not a glob/,
    );
  });

  test('that leave nothing say so', async () => {
    await expect(planOf({ include: 'bird/**' })).rejects.toThrow(/--include and --exclude leave out 7 images\./);
  });
});

test('suffixes replace those of images, in either case, with or without the dot', async () => {
  expect(await selected({ suffixes: 'dng,.PNG' })).toEqual(['cat/2.png', 'emu/raw.dng']);
});

test('suffixes count in a list only where they are given', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'list.csv': 'key\na.jpg\nb\nc.dng\n' });
  const keysWith = async (flags: Record<string, unknown>) => {
    const settings = { input: `${folder}/list.csv`, model: 'm.onnx', output: '/nowhere/out', ...flags };
    const keys: string[] = [];
    for await (const { key } of (await planRun(await readConfiguration(settings))).images()) keys.push(key);
    return keys;
  };
  expect(await keysWith({})).toEqual(['a.jpg', 'b', 'c.dng']);
  expect(await keysWith({ suffixes: 'dng' })).toEqual(['c.dng']);
});

test('a limit takes the first images', async () => {
  expect(await selected({ limit: 3 })).toEqual(['cat/1.jpg', 'cat/2.png', 'cat/thumbs/1.jpg']);
  expect(await selected({ limit: 99 })).toHaveLength(7);
});

describe('classes by folder', () => {
  test('are those of the whole input, whatever is picked from it', async () => {
    const keys = ['ant/1.jpg', 'bee/1.jpg', 'cow/1.jpg'];
    for (const flags of [{ include: 'cow/**' }, { limit: 1 }, { sample: 1, seed: 3 }]) {
      const plan = await planOf({ labels: 'folder', ...flags }, keys);
      expect(plan).toMatchObject({ classNames: ['ant', 'bee', 'cow'], total: 1 });
      for await (const { key, label } of plan.images()) expect(label).toBe(keys.indexOf(key));
    }
  });

  test('are not folders that are excluded whole', async () => {
    const plan = await planOf({ labels: 'folder', exclude: 'bee/**' }, ['ant/1.jpg', 'bee/1.jpg', 'cow/1.jpg']);
    expect(plan.classNames).toEqual(['ant', 'cow']);
  });
});

describe('a sample', () => {
  const many = Array.from({ length: 400 }, (_, i) => `${i % 4}/${i}.jpg`);

  test('has exactly the size asked for, in the order of the input, and is the same for the same seed', async () => {
    const first = await selected({ sample: 50, seed: 7 }, many);
    expect(first).toHaveLength(50);
    expect(new Set(first).size).toBe(50);
    expect(await selected({ sample: 50, seed: 7 }, [...many].reverse())).toEqual(first);
    const all = await selected({}, many);
    expect(all.filter((key) => first.includes(key))).toEqual(first);
    expect(await selected({ sample: 50, seed: 8 }, many)).not.toEqual(first);
    expect(await selected({ sample: 1_000 }, many)).toEqual(all);
  });

  test('is drawn from what the globs leave, before the limit', async () => {
    const sample = await selected({ sample: 50, seed: 7, include: '1/**' }, many);
    expect(sample).toHaveLength(50);
    expect(sample.every((key) => key.startsWith('1/'))).toBe(true);
    expect(await selected({ sample: 50, seed: 7, include: '1/**', limit: 5 }, many)).toEqual(sample.slice(0, 5));
  });

  test('takes every image about equally often over many seeds', async () => {
    const { drawSample } = await import('../../src/producer/sample.ts');
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 2_000; seed += 1) {
      const images = (async function* () {
        for (let i = 0; i < 20; i += 1) yield { key: `${i}`, label: null };
      })();
      for await (const { key } of drawSample(images, 5, seed)) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // 500 expected each, with a standard deviation of 19.4.
    for (let i = 0; i < 20; i += 1) {
      expect(counts.get(`${i}`)).toBeGreaterThan(400);
      expect(counts.get(`${i}`)).toBeLessThan(600);
    }
  });
});

test('of files without an ending, those that start like an image are taken, in their place', async () => {
  const folder = await temporaryFolder();
  const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  await writeFiles(folder, {
    'a.jpg': '',
    b: png,
    README: 'About these photos',
    'c/0123': 'GIF89a',
    'c/z.png': '',
    notes: '',
  });
  const wanted = { input: folder, model: 'm.onnx', output: '/nowhere/out' };
  const keysOf = async (more: object) => {
    const plan = await planRun(await readConfiguration({ ...wanted, ...more }));
    const keys: string[] = [];
    for await (const { key } of plan.images()) keys.push(key);
    expect(plan.total).toBe(keys.length);
    return { keys, ignored: plan.ignored };
  };
  expect(await keysOf({})).toEqual({ keys: ['a.jpg', 'b', 'c/0123', 'c/z.png'], ignored: 2 });
  expect((await keysOf({ suffixes: 'jpg' })).keys).toEqual(['a.jpg']);
  expect((await keysOf({ input: join(folder, 'b') })).keys).toEqual(['b']);
});
