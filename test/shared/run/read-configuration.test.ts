import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { methodNames } from '../../../src/explain/options.ts';
import { readConfiguration } from '../../../src/shared/run/read-configuration.ts';

import { temporaryFolder, writeFiles } from '../temporary-folder.ts';

const required = { input: 'photos', model: 'm.onnx', output: 'out' };

test('what is not given has its default', async () => {
  expect(await readConfiguration(required)).toEqual({
    input: 'photos',
    output: 'out',
    model: 'm.onnx',
    layers: ['last'],
    methods: ['grad-cam'],
    targets: ['predicted'],
    classes: null,
    labels: null,
    selection: { include: [], exclude: [], suffixes: null, sample: null, seed: 0, limit: null },
    preprocess: { preset: 'imagenet' },
    scoreActivation: 'auto',
    batchSize: null,
    shardSize: 64,
    provider: 'auto',
    threads: null,
    overlays: { write: 'all', colormap: 'magma', alpha: 0.6, scale: 'image', on: 'seen', format: 'jpg' },
    maps: false,
    evidence: true,
    report: true,
    scores: 'shard',
    statistics: false,
    resume: false,
  });
});

test('every flag reaches the configuration', async () => {
  const configuration = await readConfiguration({
    ...required,
    layers: 'layer4, layer4[-2],layer4',
    method: 'cam,grad-cam',
    target: 'predicted,label,top:3,class:281',
    classes: 'c.json',
    labels: 'folder',
    include: 'a/**,*.{jpg,png},b\\,c',
    exclude: '**/thumbs/**',
    suffixes: 'JPG, .Png',
    sample: '5000',
    seed: '7',
    limit: '100',
    preprocess: 'tf',
    size: '240x320',
    fit: 'pad',
    resize: '300',
    mean: '0.5',
    std: '0.2,0.3,0.4',
    range: '-1,1',
    channels: 'bgr',
    'score-activation': 'sigmoid',
    'batch-size': '4',
    'shard-size': '16',
    provider: 'cuda',
    device: '1',
    threads: '3',
    'pixel-threads': '5',
    overlays: 'errors',
    colormap: 'jet',
    alpha: '0.25',
    'overlay-scale': '2.5',
    'overlay-on': 'original',
    'overlay-format': 'png',
    maps: true,
    evidence: false,
    report: false,
    evaluate: true,
    'evaluate-sample': '40',
    regions: 'instances.json',
    'region-categories': 'index-from-1',
    scores: 'both',
    statistics: true,
    resume: true,
  });
  expect(configuration).toEqual({
    input: 'photos',
    output: 'out',
    model: 'm.onnx',
    layers: ['layer4', 'layer4[-2]'],
    methods: ['cam', 'grad-cam'],
    targets: ['predicted', 'label', 'top:3', 'class:281'],
    classes: 'c.json',
    labels: 'folder',
    selection: {
      include: ['a/**', '*.{jpg,png}', 'b,c'],
      exclude: ['**/thumbs/**'],
      suffixes: ['.jpg', '.png'],
      sample: 5000,
      seed: 7,
      limit: 100,
    },
    preprocess: {
      preset: 'tf',
      size: { height: 240, width: 320 },
      fit: 'pad',
      resize: 300,
      mean: [0.5, 0.5, 0.5],
      std: [0.2, 0.3, 0.4],
      range: [-1, 1],
      channels: 'bgr',
    },
    scoreActivation: 'sigmoid',
    batchSize: 4,
    shardSize: 16,
    provider: 'cuda',
    device: 1,
    threads: 3,
    pixelThreads: 5,
    overlays: { write: 'errors', colormap: 'jet', alpha: 0.25, scale: 2.5, on: 'original', format: 'png' },
    maps: true,
    evidence: false,
    report: false,
    evaluate: { sample: 40 },
    regions: { file: 'instances.json', categories: 'index-from-1' },
    scores: 'both',
    statistics: true,
    resume: true,
  });
});

describe('measuring maps', () => {
  test('is off; 200 images unless told otherwise; categories are found by name', async () => {
    expect(await readConfiguration(required)).not.toHaveProperty('evaluate');
    expect(await readConfiguration({ ...required, evaluate: false })).not.toHaveProperty('evaluate');
    expect(await readConfiguration({ ...required, evaluate: true, regions: 'r.json' })).toMatchObject({
      evaluate: { sample: 200 },
      regions: { file: 'r.json', categories: 'name' },
    });
  });

  test.each([
    [{ 'evaluate-sample': '9' }, /--evaluate\. .*--evaluate-sample/],
    [{ 'evaluate-sample': '9', evaluate: false }, /--evaluate\. .*--evaluate-sample/],
    [{ 'region-categories': 'name' }, /--regions\. .*--region-categories/],
  ])('%j alone means nothing', async (flags, message) => {
    await expect(readConfiguration({ ...required, ...flags })).rejects.toThrow(message);
  });
});

test('a backslash keeps a comma inside a name', async () => {
  const { targets, layers } = await readConfiguration({
    ...required,
    classes: 'c.json',
    target: 'class:tench\\, Tinca tinca,predicted',
    layers: 'a\\,b,c',
  });
  expect(targets).toEqual(['class:tench, Tinca tinca', 'predicted']);
  expect(layers).toEqual(['a,b', 'c']);
});

describe('a configuration file', () => {
  test('has the flags’ names, typed or as text; flags win; its paths start at its folder', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'gradline.yaml');
    await writeFiles(folder, {
      'gradline.yaml': [
        'input: photos',
        'model: /models/m.onnx',
        'output: s3://bucket/out',
        'classes: c.json',
        'labels: labels.csv',
        'layers: [layer4, "a,b"]',
        'target: "predicted,label"',
        'mean: [0.1, 0.2, 0.3]',
        'size: [240, 320]',
        'range: 0..255',
        'batch-size: 2',
        'alpha: 0.3',
        'maps: true',
        'statistics: true',
      ].join('\n'),
    });
    const configuration = await readConfiguration(
      { alpha: '0.9', maps: false, output: 'here', threads: undefined },
      file,
    );
    expect(configuration).toMatchObject({
      input: join(folder, 'photos'),
      model: '/models/m.onnx',
      output: 'here',
      classes: join(folder, 'c.json'),
      labels: join(folder, 'labels.csv'),
      layers: ['layer4', 'a,b'],
      targets: ['predicted', 'label'],
      preprocess: { mean: [0.1, 0.2, 0.3], size: { height: 240, width: 320 }, range: [0, 255] },
      batchSize: 2,
      overlays: { alpha: 0.9 },
      maps: false,
      statistics: true,
      threads: null,
    });
    expect((await readConfiguration({ labels: 'folder' }, file)).output).toBe('s3://bucket/out');
    await writeFiles(folder, { 'gradline.yaml': 'labels: folder\ninput: a\nmodel: m\noutput: o' });
    expect((await readConfiguration({}, file)).labels).toBe('folder');
  });

  test('with an unknown name is refused with the nearest known one', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'g.yaml');
    await writeFiles(folder, { 'g.yaml': 'batchsize: 2' });
    await expect(readConfiguration(required, file)).rejects.toMatchObject({
      name: 'UserError',
      code: 'unknown-setting',
      message: expect.stringMatching(/^There is no setting 'batchsize' in .*g\.yaml\. Did you mean .*batch-size.*\?$/),
    });
  });

  test.each([
    ['a: [1', 'cannot be read'],
    ['- a', 'must hold settings'],
    ['batch-size: 0', "'batch-size' in"],
    ['maps: "yes"', 'must be true or false'],
  ])('%j is refused with its reason', async (content, reason) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'g.yaml': content });
    await expect(readConfiguration(required, join(folder, 'g.yaml'))).rejects.toThrow(reason);
  });

  test('that is empty changes nothing, and a missing one is an error', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'g.yaml': '# nothing yet\n' });
    expect(await readConfiguration(required, join(folder, 'g.yaml'))).toEqual(await readConfiguration(required));
    await expect(readConfiguration(required, join(folder, 'no.yaml'))).rejects.toMatchObject({ code: 'bad-config' });
  });
});

describe('a wrong value is one clear sentence', () => {
  test.each([
    [
      { preprocess: 'imagnet' },
      "--preprocess cannot be 'imagnet'. Did you mean imagenet? Use imagenet, fastai, caffe, tf, keras-caffe, keras-tf, keras-torch, ultralytics, none, auto, a file.",
    ],
    [{ method: 'cam,gradcm' }, `--method cannot be 'gradcm'. Did you mean grad-cam? Use ${methodNames.join(', ')}.`],
    [{ 'batch-size': '2.5' }, '--batch-size must be a whole number of at least 1; it is 2.5.'],
    [{ 'batch-size': 'many' }, '--batch-size must be a number; it is many.'],
    [{ 'batch-size': '' }, '--batch-size must be a number; it is .'],
    [{ alpha: '1.5' }, '--alpha must be from 0 to 1; it is 1.5.'],
    [{ 'overlay-bands': '4,3' }, '--overlay-bands must be one band or three, for example 4,3,2; it is 4,3.'],
    [{ mean: '1,x,3' }, '--mean must hold numbers only; it is 1,x,3.'],
    [{ std: '1,0,1' }, '--std must be above 0; it is 1,0,1.'],
    [{ range: '1,0' }, '--range must go from a smaller to a larger number; it is 1,0.'],
    [{ size: '224x' }, '--size must be one side such as 224, or height and width such as 240x320; it is 224x.'],
    [{ size: '1x2x3' }, '--size must be one side such as 224, or height and width such as 240x320; it is 1x2x3.'],
    [{ 'overlay-scale': '0' }, "--overlay-scale must be 'image' or a number above 0; it is 0."],
    [{ layers: ' , ' }, '--layers must name at least one; it is  , .'],
    [
      { target: 'predicted,tabby' },
      "--target holds 'tabby': a target is predicted, label, false-positives, false-negatives, class:<index or name>, class:<a>-vs-<b> or top:<k>; write \\, for a comma in a name; it is predicted,tabby.",
    ],
    [{ target: 'label' }, "Missing --labels. The target 'label' needs to know each image's label."],
    [{ overlays: 'errors' }, "Missing --labels. '--overlays errors' needs to know each image's label."],
    [{ model: undefined }, 'Missing --model. Give the ONNX file of the classifier.'],
  ])('%j', async (flags, message) => {
    const error = await readConfiguration({ ...required, ...flags }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'UserError', message });
  });

  test('a list may bring its labels, and folders their class names', async () => {
    expect((await readConfiguration({ ...required, input: 'list.csv', target: 'label' })).targets).toEqual(['label']);
    expect((await readConfiguration({ ...required, labels: 'folder', target: 'class:cat' })).targets).toEqual([
      'class:cat',
    ]);
  });
});
