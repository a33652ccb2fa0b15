/** Names of classes that a model file holds itself, and where they are used. */

import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { type AttributeValue, makeAttribute } from '../../../src/explain/onnx/attributes.ts';
import { ModelProtoSchema } from '../../../src/explain/onnx/onnx_pb.ts';
import { planRun } from '../../../src/producer/plan.ts';
import { readModelClasses } from '../../../src/shared/run/model-classes.ts';
import { readConfiguration } from '../../../src/shared/run/read-configuration.ts';
import { temporaryFolder, writeFiles } from '../temporary-folder.ts';

interface Content {
  metadata?: Record<string, string>;
  opType?: string;
  attributes?: Record<string, AttributeValue>;
}

async function modelWith({ metadata = {}, opType = 'Relu', attributes }: Content, files: Record<string, string> = {}) {
  const domain = attributes === undefined ? '' : 'ai.onnx.ml';
  const attribute = Object.entries(attributes ?? {}).map(([name, value]) => makeAttribute(name, value));
  const bytes = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      graph: { node: [{ opType, domain, attribute }] },
      opsetImport: [{ domain: '', version: 18n }, ...(domain === '' ? [] : [{ domain, version: 3n }])],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    }),
  );
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'model.onnx': Buffer.from(bytes), ...files });
  return folder;
}

async function namesIn(content: Content): Promise<readonly string[] | null> {
  const found = await readModelClasses(join(await modelWith(content), 'model.onnx'));
  return found === null ? null : found.names.names;
}

describe('names are found', () => {
  test.each<[string, Content]>([
    ["in Ultralytics' dictionary", { metadata: { task: 'classify', names: "{0: 'fox', 1: \"crow's nest\"}" } }],
    ['in a list as JSON', { metadata: { class_names: '["fox", "crow\'s nest"]' } }],
    ['from index to name', { metadata: { id2label: '{"1": "crow\'s nest", "0": "fox"}' } }],
    ['in a ZipMap', { opType: 'ZipMap', attributes: { classlabels_strings: { strings: ['fox', "crow's nest"] } } }],
    [
      'in a LabelEncoder of numbers, in their order',
      {
        opType: 'LabelEncoder',
        attributes: { keys_int64s: [1, 0], values_strings: { strings: ["crow's nest", 'fox'] } },
      },
    ],
    [
      'in a LabelEncoder of names, in the order of their numbers',
      {
        opType: 'LabelEncoder',
        attributes: { keys_strings: { strings: ["crow's nest", 'fox'] }, values_int64s: [1, 0] },
      },
    ],
  ])('%s', async (_, content) => {
    expect(await namesIn(content)).toEqual(['fox', "crow's nest"]);
  });

  test.each<[string, Content]>([
    ['metadata of another kind', { metadata: { names: 'resnet50', classes: '2', labels: '{"a": {}}' } }],
    [
      'numbers that leave gaps',
      { opType: 'LabelEncoder', attributes: { keys_int64s: [3, 7], values_strings: { strings: ['a', 'b'] } } },
    ],
    ['nothing', {}],
  ])('but not in %s', async (_, content) => {
    expect(await namesIn(content)).toBeNull();
  });

  test('nor in a file that is missing or no model', async () => {
    const folder = await modelWith({}, { 'text.onnx': 'not a model' });
    expect(await readModelClasses(join(folder, 'text.onnx'))).toBeNull();
    expect(await readModelClasses(join(folder, 'missing.onnx'))).toBeNull();
  });
});

describe('a run without --classes', () => {
  const photos = { 'photos/fox/1.jpg': '', 'photos/crow/2.jpg': '', 'classes.txt': 'crow\nfox\n' };
  const plan = async (metadata: Record<string, string>, flags: Record<string, string> = {}) => {
    const folder = await modelWith({ metadata }, photos);
    const [model, input] = [join(folder, 'model.onnx'), join(folder, 'photos')];
    const classes = flags.classes === undefined ? {} : { classes: join(folder, flags.classes) };
    return planRun(await readConfiguration({ model, input, output: '/nowhere/out', ...flags, ...classes }));
  };

  test('takes the names of the model, also for labels and targets, and says so', async () => {
    const found = await plan({ names: "['fox', 'crow', 'owl']" }, { labels: 'folder', target: 'class:owl' });
    expect(found.classNames).toEqual(['fox', 'crow', 'owl']);
    expect(found.notices).toEqual([
      "Classes are called by the names in model.onnx ('names' in its metadata; --classes replaces them).",
    ]);
    const images = [];
    for await (const image of found.images()) images.push(image);
    expect(images).toEqual([
      { key: 'crow/2.jpg', label: 1 },
      { key: 'fox/1.jpg', label: 0 },
    ]);
  });

  test('refuses folders that the model has no name for', async () => {
    await expect(plan({ names: "['fox', 'owl']" }, { labels: 'folder' })).rejects.toMatchObject({
      code: 'unknown-class',
      message: expect.stringMatching(/'crow' is not in the names in model\.onnx .*--classes replaces them/),
    });
  });

  test('--classes wins; without any names a class cannot be asked for by its name', async () => {
    const given = await plan({ names: "['fox', 'owl']" }, { classes: 'classes.txt' });
    expect(given).toMatchObject({ classNames: ['crow', 'fox'], notices: [] });
    await expect(plan({}, { target: 'class:3-vs-fox' })).rejects.toThrow(/^Missing --classes/);
    expect((await plan({}, { target: 'class:3-vs-12' })).classNames).toBeNull();
    await expect(plan({}, { target: 'class:fox' })).rejects.toMatchObject({
      code: 'missing-setting',
      message: "Missing --classes. The target 'class:fox' needs the names of the classes, and the model file has none.",
    });
  });
});
