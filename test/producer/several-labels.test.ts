import { describe, expect, test } from 'vitest';
import { planRun } from '../../src/producer/plan.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { temporaryFolder, writeFiles } from '../shared/temporary-folder.ts';

const classes = { 'classes.txt': 'edema\neffusion\nmass\nno | label\n' };

/** Plans a run over images a.jpg to d.jpg with this file of labels, and gives what is known of each. */
async function planned(name: string, content: string, settings: Record<string, unknown> = {}, input = 'in') {
  const folder = await temporaryFolder();
  const images = Object.fromEntries(['a', 'b', 'c', 'd'].map((key) => [`in/${key}.jpg`, '']));
  await writeFiles(folder, { ...images, ...classes, [name]: content, 'm.onnx': '' });
  const configuration = await readConfiguration({
    input: `${folder}/${input}`,
    model: `${folder}/m.onnx`,
    output: `${folder}/out`,
    classes: `${folder}/classes.txt`,
    ...(input === 'in' ? { labels: `${folder}/${name}` } : {}),
    ...settings,
  });
  await using plan = await planRun(configuration);
  const labels: Record<string, { labels: readonly number[] | null | undefined; unknown?: readonly number[] }> = {};
  for await (const { key, labels: own, unknown } of plan.images()) {
    labels[key.replace(/\.jpg$/, '')] = { labels: own, ...(unknown === undefined ? {} : { unknown }) };
  }
  const { multiLabel, warnings, notices, labelled } = plan;
  return { labels, multiLabel, warnings, notices, labelled };
}

const usual = { a: { labels: [0, 2] }, b: { labels: [1] }, c: { labels: [] }, d: { labels: null } };

describe('several labels an image', () => {
  test.each([
    ['labels.csv', 'key,label\na.jpg,mass\na.jpg,edema\nb.jpg,effusion\nc.jpg,\n', {}],
    ['labels.csv', 'key,label\na.jpg,mass|edema|mass\nb.jpg,effusion\nc.jpg,No Finding\n', {}],
    ['labels.csv', 'key;label\na.jpg;"mass, edema"\nb.jpg;effusion\nc.jpg;\n', { 'label-separator': ',' }],
    ['labels.tsv', 'key\tlabels\na.jpg\tedema|mass\nb.jpg\teffusion\nc.jpg\t\n', {}],
    [
      'labels.jsonl',
      '{"key":"a.jpg","label":["mass",0]}\n{"key":"b.jpg","label":["effusion"]}\n{"key":"c.jpg","label":[]}',
      {},
    ],
    ['labels.csv', 'key,edema,effusion,mass,no | label,age\na.jpg,1,0,1,0,70\nb.jpg,0,1,0,0,50\nc.jpg,0,0,0,0,1\n', {}],
    ['labels.csv', 'key,edema,effusion,mass,no | label\na.jpg,1,-1,1,-1\nb.jpg,-1,1,-1,-1\nc.jpg,-1,-1,-1,-1\n', {}],
    [
      'labels.json',
      JSON.stringify({
        images: ['a', 'b', 'c'].map((id) => ({ id, file_name: `val/${id}.jpg` })),
        annotations: [
          ['a', 3],
          ['a', 1],
          ['a', 3],
          ['b', 2],
          ['c', 9],
        ].map(([image_id, category_id]) => ({ image_id, category_id })),
        categories: [
          [1, 'edema'],
          [2, 'effusion'],
          [3, 'mass'],
          [4, 'no | label'],
          [9, 'bird'],
        ].map(([id, name]) => ({ id, name })),
      }),
      {},
    ],
  ])('%s: %s', async (name, content, settings) => {
    const found = await planned(name, content, settings);
    expect(found.labels).toEqual(usual);
    expect(found).toMatchObject({ multiLabel: true, labelled: 3 });
    expect(found.notices.join()).toMatch(/multi-label|^$/);
  });

  test('a list of images brings them along', async () => {
    const list = 'key,label\nin/a.jpg,edema|mass\nin/b.jpg,effusion\nin/b.jpg,edema\nin/c.jpg,\n';
    const found = await planned('list.csv', list, {}, 'list.csv');
    expect(found.labels).toEqual({
      'in/a': { labels: [0, 2] },
      'in/b': { labels: [0, 1] },
      'in/c': { labels: [] },
    });
    expect(found.warnings).toEqual([]);
  });

  test('a name that holds the separator is one label', async () => {
    const found = await planned('labels.csv', 'key,label\na.jpg,no | label\n');
    expect(found.multiLabel).toBe(false);
  });
});

describe('what is not known', () => {
  test('empty cells and -1, as CheXpert has them', async () => {
    const content = 'key,edema,effusion,mass\na.jpg,1.0,-1.0,0.0\nb.jpg,,0.0,1.0\nc.jpg,0,0,\n';
    const { labels, warnings } = await planned('labels.csv', content);
    expect(labels).toEqual({
      a: { labels: [0], unknown: [1, 3] },
      b: { labels: [2], unknown: [0, 3] },
      c: { labels: [], unknown: [2, 3] },
      d: { labels: null },
    });
    expect(warnings.join()).toMatch(/says nothing of no \| label/);
  });

  test('--label-values says what cells mean, as Pascal VOC has them', async () => {
    const content = 'key,edema,effusion,mass,no | label\na.jpg,1,-1,0,-1\nb.jpg,-1,-1,-1,-1\n';
    const { warnings } = await planned('labels.csv', content);
    expect(warnings.join()).toMatch(/--label-values 1,-1,0/);
    const { labels } = await planned('labels.csv', content, { 'label-values': '1,-1,0' });
    expect(labels).toMatchObject({ a: { labels: [0], unknown: [2] }, b: { labels: [] } });
  });
});

describe('one label an image', () => {
  test('--multi-label makes it a list of one', async () => {
    const { labels } = await planned('labels.csv', 'key,label\na.jpg,mass\nb.jpg,\n', { 'multi-label': true });
    expect(labels).toEqual({ a: { labels: [2] }, b: { labels: [] }, c: { labels: null }, d: { labels: null } });
  });

  test('a few images with two labels are told, and refused with --no-multi-label', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `x${i}.jpg,mass\n`).join('');
    const content = `key,label\na.jpg,mass\na.jpg,edema\n${rows}`;
    expect((await planned('labels.csv', content)).warnings.join()).toMatch(
      /1 of 61 images have several.*--no-multi-label/,
    );
    await expect(planned('labels.csv', content, { 'multi-label': false })).rejects.toThrow(
      /a.jpg two labels, 2 and 0 \(line 3\)/,
    );
  });
});

test.each([
  ['labels.csv', 'key,label\na.jpg,edema;mass\n', "If ';' stands between labels, give --label-separator ';'"],
  ['labels.csv', 'key,label\na.jpg,edema|fracture\n', "'fracture' is not in"],
  ['labels.csv', 'key,edema,mass\na.jpg,0.3,1\n', "line 2: the column 'edema' is that of a class and holds '0.3'"],
  ['labels.csv', 'key,edema,mass\na.jpg,0,0\n', 'no cell says that one is true'],
  ['labels.csv', 'key,edema\na.jpg,1\na.jpg,0\n', 'two rows for a.jpg that differ (line 3)'],
  ['labels.jsonl', '{"key":"a.jpg","label":[{}]}', 'or a list of them'],
  ['labels.json', '{"images":[]}', "not in COCO's format: annotations"],
  ['labels.json', '{"images":[],"annotations":[],"categories":[{"id":1,"name":"dog"}]}', 'None of the 1 categories'],
])('%s: %s is refused', async (name, content, reason) => {
  await expect(planned(name, content)).rejects.toThrow(reason);
});
