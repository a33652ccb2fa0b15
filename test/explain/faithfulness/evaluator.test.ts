import { describe, expect, test } from 'vitest';
import { Explainer } from '../../../src/explain/explainer.ts';
import { Evaluator } from '../../../src/explain/faithfulness/evaluator.ts';
import type { PictureMap } from '../../../src/explain/faithfulness/randomisation-check.ts';
import type { ExplainerOptions } from '../../../src/explain/options.ts';
import { temporaryFolder } from '../../shared/temporary-folder.ts';
import { pixels, smallClassifier, type TinyModel } from '../tiny-model.ts';

const count = 3;
const images = pixels(count);
const length = images.length / count;
const labels = Int32Array.of(2, -1, 4);

async function optionsFor(model: TinyModel, options: Partial<ExplainerOptions>): Promise<ExplainerOptions> {
  const file = await model.write(await temporaryFolder());
  return { layers: ['features.4'], batchSize: 4, inputSize: { height: 8, width: 8 }, ...options, model: file };
}

/** Maps of each image. */
async function mapsOf(options: ExplainerOptions): Promise<PictureMap[][]> {
  await using explainer = await Explainer.open(options);
  const { maps } = await explainer.explain(images, { count, labels });
  return Array.from({ length: count }, (_, image) =>
    maps.map(({ layer, method, target, classes, height, width, values }) => ({
      layer,
      method,
      target,
      class: classes[image] ?? -1,
      height,
      width,
      values: values.slice(image * height * width, (image + 1) * height * width),
    })),
  );
}

const picture = (image: number) => images.subarray(image * length, (image + 1) * length);

test('measures every map and, for each explained class, two that know nothing', async () => {
  const options = await optionsFor(smallClassifier(), {
    methods: ['grad-cam', 'hirescam'],
    targets: ['predicted', 'label'],
  });
  const maps = await mapsOf(options);
  await using evaluator = await Evaluator.open(options);
  const found = await evaluator.evaluate(picture(0), maps[0] ?? [], { seed: 1, randomise: false });
  const classes = [...new Set(maps[0]?.map((map) => map.class))].sort((a, b) => a - b);
  expect(found.maps).toHaveLength(4);
  expect(found.baselines.map(({ baseline, class: explained }) => [baseline, explained])).toEqual(
    classes.flatMap((explained) => [
      ['random', explained],
      ['gaussian', explained],
    ]),
  );
  for (const measured of [...found.maps, ...found.baselines]) {
    if (measured === null) continue;
    const { deletion, insertion, drop, road } = measured;
    for (const value of [deletion, insertion, drop, road.mostImportantFirst, road.leastImportantFirst]) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
    expect(measured).not.toHaveProperty('randomised');
  }
  expect(found.maps.filter((measured) => measured !== null).length).toBeGreaterThan(0);
});

test('says nothing of a map that shows nothing', async () => {
  const options = await optionsFor(smallClassifier(), { targets: ['label'] });
  const maps = await mapsOf(options);
  await using evaluator = await Evaluator.open(options);
  const unlabelled = await evaluator.evaluate(picture(1), maps[1] ?? [], { seed: 1, randomise: true });
  expect(unlabelled).toEqual({ maps: [null], baselines: [] });
  const dark = maps[0]?.map((map) => ({ ...map, values: map.values.fill(-1) })) ?? [];
  expect((await evaluator.evaluate(picture(0), dark, { seed: 1, randomise: false })).maps).toEqual([null]);
});

test('gives the same numbers again, and in other batches nearly the same', async () => {
  const options = await optionsFor(smallClassifier(), { methods: ['layercam'] });
  const maps = await mapsOf(options);
  const measure = async (batchSize: number) => {
    await using evaluator = await Evaluator.open({ ...options, batchSize });
    return await evaluator.evaluate(picture(2), maps[2] ?? [], { seed: 5, randomise: true });
  };
  const first = await measure(4);
  expect(await measure(4)).toEqual(first);
  const single = await measure(1);
  expect(single.maps[0]?.deletion).toBeCloseTo(first.maps[0]?.deletion ?? Number.NaN, 5);
  expect(single.baselines[0]?.insertion).toBeCloseTo(first.baselines[0]?.insertion ?? Number.NaN, 5);
});

test('another seed is another random map, and changes nothing else', async () => {
  const options = await optionsFor(smallClassifier(), { methods: ['layercam'] });
  const maps = await mapsOf(options);
  await using evaluator = await Evaluator.open(options);
  const [one, other] = [1, 2].map((seed) => evaluator.evaluate(picture(0), maps[0] ?? [], { seed, randomise: false }));
  expect((await one)?.maps).toEqual((await other)?.maps);
  expect((await one)?.baselines[1]).toEqual((await other)?.baselines[1]);
  expect((await one)?.baselines[0]).not.toEqual((await other)?.baselines[0]);
});

test('scores are probabilities even where the run reports logits', async () => {
  const options = await optionsFor(smallClassifier(), { methods: ['layercam'] });
  const maps = await mapsOf(options);
  await using softmax = await Evaluator.open(options);
  await using logits = await Evaluator.open({ ...options, scoreActivation: 'none' });
  const settings = { seed: 1, randomise: false };
  expect(await logits.evaluate(picture(0), maps[0] ?? [], settings)).toEqual(
    await softmax.evaluate(picture(0), maps[0] ?? [], settings),
  );
});

describe('with shuffled weights', () => {
  test('a map that knows no class outlives the last layer, and none outlives all layers', async () => {
    const options = await optionsFor(smallClassifier(), { methods: ['eigen-cam', 'hirescam'] });
    const maps = await mapsOf(options);
    await using evaluator = await Evaluator.open(options);
    const found = await evaluator.evaluate(picture(0), maps[0] ?? [], { seed: 1, randomise: true });
    const [eigen, hires] = found.maps.map((measured) => measured?.randomised);
    expect(eigen?.lastLayer.rankCorrelation).toBeCloseTo(1, 10);
    expect(eigen?.lastLayer.structuralSimilarity).toBeCloseTo(1, 6);
    expect(hires?.lastLayer.rankCorrelation).toBeLessThan(0.99);
    expect(eigen?.allLayers.rankCorrelation).toBeLessThan(0.9);
    expect(hires?.allLayers.structuralSimilarity).toBeLessThan(0.9);
  });

  test('each target is compared under its own class', async () => {
    const targets = ['class:1', 'class:3', 'class:1-vs-3'];
    const options = await optionsFor(smallClassifier({ batch: 1 }), { methods: ['grad-cam'], targets });
    const [maps = []] = await mapsOfSingle(options);
    await using evaluator = await Evaluator.open(options);
    const found = await evaluator.evaluate(picture(0), maps, { seed: 1, randomise: true });
    const correlations = found.maps.map((measured) => measured?.randomised?.lastLayer.rankCorrelation);
    expect(new Set(correlations).size).toBe(3);
    const alone = { ...options, targets: ['class:3'] };
    const [single = []] = await mapsOfSingle(alone);
    await using other = await Evaluator.open(alone);
    const again = await other.evaluate(picture(0), single, { seed: 1, randomise: true });
    expect(again.maps[0]?.randomised).toEqual(found.maps[1]?.randomised);
  });
});

/** Maps of the first image, for a model that takes one at a time. */
async function mapsOfSingle(options: ExplainerOptions): Promise<PictureMap[][]> {
  await using explainer = await Explainer.open(options);
  const { maps } = await explainer.explain(picture(0), { count: 1 });
  return [maps.map((map) => ({ ...map, class: map.classes[0] ?? -1 }))];
}
