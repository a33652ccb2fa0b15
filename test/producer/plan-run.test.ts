import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planRun, type RunPlan } from '../../src/producer/plan.ts';
import type { RunConfiguration } from '../../src/shared/run/configuration.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import type { PlannedImage } from '../../src/shared/run/run-plan.ts';
import { inputName, TinyModel } from '../explain/tiny-model.ts';
import { temporaryFolder, writeFiles } from '../shared/temporary-folder.ts';

async function configurationOf(input: string, flags: Record<string, unknown> = {}): Promise<RunConfiguration> {
  return readConfiguration({ input, model: 'm.onnx', output: '/nowhere/out', ...flags });
}

async function imagesOf(plan: RunPlan): Promise<PlannedImage[]> {
  const images: PlannedImage[] = [];
  for await (const shard of plan.shards) images.push(...shard.images);
  return images;
}

async function keysOf(plan: RunPlan): Promise<string[]> {
  return (await imagesOf(plan)).map((image) => image.key);
}

describe('a folder', () => {
  test('gives its images in order, in shards, and counts what it passes over', async () => {
    const folder = await temporaryFolder();
    const images = ['a.jpg', 'b/1.JPEG', 'b/2.PNG', 'b/3.webp', 'c.tif', 'd.TIFF', 'e.gif', 'f.avif', 'g.bmp'];
    await writeFiles(folder, Object.fromEntries([...images, 'notes.txt', 'jpg', 'x.jpg.bak'].map((key) => [key, key])));
    const plan = await planRun(await configurationOf(folder, { 'shard-size': 4 }));
    const shards = [];
    for await (const shard of plan.shards) shards.push(shard);
    expect(shards.map((shard) => [shard.number, shard.images.map((image) => image.key)])).toEqual([
      [0, images.slice(0, 4)],
      [1, images.slice(4, 8)],
      [2, images.slice(8)],
    ]);
    expect(shards[0]?.images[0]).toEqual({ key: 'a.jpg', label: null });
    expect(plan).toMatchObject({ total: 9, ignored: 3, duplicates: 0, labelled: 0, classNames: null });
    expect(plan.warnings).toEqual(["Ignored 3 files without an image's suffix (.bak, .txt)."]);
    expect((await plan.store.get('b/1.JPEG')).toString()).toBe('b/1.JPEG');
    expect(await keysOf(plan)).toEqual(images);
  });

  test('does not explain the overlays of its own output', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a.jpg': '', 'out/overlays/a.jpg/last.jpg': '', 'outside/b.jpg': '' });
    const plan = await planRun(await configurationOf(folder, { output: join(folder, 'out') }));
    expect(await keysOf(plan)).toEqual(['a.jpg', 'outside/b.jpg']);
    await expect(planRun(await configurationOf(folder, { output: `${folder}/` }))).rejects.toMatchObject({
      code: 'same-output',
    });
  });

  test('without images says what else it holds', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a.txt': '', 'b.svg': '' });
    const error = await planRun(await configurationOf(folder)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UserError', code: 'no-images' });
    expect(String(error)).toContain('It holds 2 other files (.svg, .txt).');
  });

  test('that does not exist is named', async () => {
    const folder = join(await temporaryFolder(), 'missing');
    await expect(planRun(await configurationOf(folder))).rejects.toMatchObject({
      code: 'no-input',
      message: expect.stringContaining(folder),
    });
  });
});

test('a single image is a run of one', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'a.jpg': 'bytes', 'b.jpg': '' });
  const plan = await planRun(await configurationOf(join(folder, 'a.jpg')));
  expect(await keysOf(plan)).toEqual(['a.jpg']);
  expect((await plan.store.get('a.jpg')).toString()).toBe('bytes');
  expect(plan.total).toBe(1);
});

describe('a list', () => {
  test('in CSV gives keys and labels in its own order', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'list.csv': '\uFEFFid,key,label\n1,"z, 1.jpg",tabby cat\r\n2,sub/a b.jpg,0\n\n3,z.jpg,\n4,./z.jpg,0\n',
      'classes.txt': 'tench\ntabby cat\n',
      'sub/a b.jpg': 'bytes',
    });
    const plan = await planRun(
      await configurationOf(join(folder, 'list.csv'), { classes: join(folder, 'classes.txt'), target: 'label' }),
    );
    expect(await imagesOf(plan)).toEqual([
      { key: 'z, 1.jpg', label: 1 },
      { key: 'sub/a b.jpg', label: 0 },
      { key: 'z.jpg', label: null },
    ]);
    expect(plan).toMatchObject({ total: 3, duplicates: 1, labelled: 2, classNames: ['tench', 'tabby cat'] });
    expect(plan.warnings).toContain('Dropped 1 row of the list with a key that came before.');
    expect((await plan.store.get('sub/a b.jpg')).toString()).toBe('bytes');
  });

  test('in JSON lines may number its labels', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'list.jsonl': '{"key":"b.jpg","label":3}\n\n{"key":"a.jpg","more":1}\n{"key":"c","label":null}',
    });
    const plan = await planRun(await configurationOf(join(folder, 'list.jsonl')));
    expect(await imagesOf(plan)).toEqual([
      { key: 'b.jpg', label: 3 },
      { key: 'a.jpg', label: null },
      { key: 'c', label: null },
    ]);
  });

  test('may name files in its folder by their whole path', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'list.csv': `key\n${folder}/sub/a.jpg\n/elsewhere/b.jpg\n../c.jpg\n` });
    const plan = await planRun(await configurationOf(join(folder, 'list.csv')));
    // The last two stay as they are and are quarantined by whoever reads them.
    expect(await keysOf(plan)).toEqual(['sub/a.jpg', '/elsewhere/b.jpg', '../c.jpg']);
    await expect(plan.store.get('../c.jpg')).rejects.toMatchObject({ code: 'bad-key' });
  });

  test.each([
    ['list.csv', 'file,label\na.jpg,1\n', "with one called 'key'; it names 'file', 'label'"],
    ['list.csv', 'key,label\na.jpg,1\nb.jpg\n', 'line 3'],
    ['list.csv', 'key,label\n,1\n', 'line 2 has no key'],
    ['list.csv', 'key,label\n"a.jpg,1\n', 'quote'],
    ['list.jsonl', '{"key":"a"}\n{"key":', 'line 2 is not valid JSON'],
    ['list.jsonl', '{"name":"a"}', "line 1 must be an object with a 'key'"],
    ['list.jsonl', '{"key":"a","label":-1}', 'line 1 must be'],
  ])('%s holding %j is refused with its reason', async (name, content, reason) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { [name]: content });
    const error = await planRun(await configurationOf(join(folder, name))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UserError', code: 'bad-list' });
    expect(String(error)).toContain(reason);
    expect(String(error)).toContain(join(folder, name));
  });

  test('that does not exist is not found', async () => {
    const folder = await temporaryFolder();
    await expect(planRun(await configurationOf(join(folder, 'list.csv')))).rejects.toMatchObject({ code: 'not-found' });
    await expect(planRun(await configurationOf(join(folder, 'list.jsonl')))).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('without labels cannot serve a target that needs them', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'list.csv': 'key\na.jpg\n' });
    await expect(planRun(await configurationOf(join(folder, 'list.csv'), { target: 'label' }))).rejects.toMatchObject({
      code: 'no-labels',
      message: expect.stringContaining('--target label'),
    });
  });

  test.each<[string, string, string]>([
    ['class:9', 'unknown-class', 'There is no class 9: the model has 5'],
    ['class:persian_cat', 'unknown-class', "'persian_cat'"],
    ['top:6', 'unknown-target', 'from 1 to 5'],
  ])('with the target %s, which the model does not have, is no plan', async (target, code, message) => {
    const folder = await temporaryFolder();
    const classifier = new TinyModel();
    classifier.input(['n', 3, 8, 8]);
    const model = await classifier.output(classifier.pooledHead(inputName, 3, 5), ['n', 5]).write(folder);
    await writeFiles(folder, { 'list.csv': 'key\na.jpg\n', 'classes.txt': 'a\nb\nc\nd\ne\n' });
    const flags = {
      target,
      model,
      ...(target === 'class:persian_cat' ? { classes: join(folder, 'classes.txt') } : {}),
    };
    await expect(planRun(await configurationOf(join(folder, 'list.csv'), flags))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test('of many images is cut into shards without losing or repeating one', async () => {
    const folder = await temporaryFolder();
    const keys = Array.from({ length: 20_000 }, (_, index) => `${(index * 7919) % 20_000}.jpg`);
    await writeFiles(folder, { 'list.csv': `key\n${[...keys, ...keys.slice(0, 500)].join('\n')}\n` });
    const plan = await planRun(await configurationOf(join(folder, 'list.csv')));
    expect(plan).toMatchObject({ total: 20_000, duplicates: 500 });
    expect(await keysOf(plan)).toEqual(keys);
  });
});

test('an empty folder for the labels does not matter', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'cat/1.jpg': '' });
  await mkdir(join(folder, 'zebra'));
  const plan = await planRun(await configurationOf(folder, { labels: 'folder' }));
  expect(plan.classNames).toEqual(['cat']);
});

test.each(['./', '/elsewhere/'])("a table with a row for each key may have '%s' before its keys", async (prefix) => {
  const folder = await temporaryFolder();
  const classifier = new TinyModel();
  classifier.input(['n', 3, 8, 8]);
  const features = classifier.node('Flatten', [classifier.node('GlobalAveragePool', [inputName])]);
  const joined = classifier.node('Add', [features, classifier.input(['n', 3], 'meta')]);
  const model = await classifier.output(joined, ['n', 3]).write(folder);
  await writeFiles(folder, {
    'in/x/a.jpg': '',
    'in/b.jpg': '',
    'meta.csv': `key,p,q,r\n${prefix}x/a.jpg,1,2,3\n${prefix}b.jpg,4,5,6\n`,
  });
  const plan = await planRun(
    await configurationOf(join(folder, 'in'), { model, inputs: { meta: join(folder, 'meta.csv') } }),
  );
  const rows: unknown[] = [];
  for await (const { key, inputs } of plan.images()) rows.push([key, inputs?.meta]);
  expect(rows).toEqual([
    ['b.jpg', [4, 5, 6]],
    ['x/a.jpg', [1, 2, 3]],
  ]);
});
