import { describe, expect, test } from 'vitest';
import { at } from '../../src/explain/at.ts';
import type { Explainer } from '../../src/explain/explainer.ts';
import type { Explanation, LayerMaps } from '../../src/explain/explanation.ts';
import type { MethodName } from '../../src/explain/options.ts';
import { difference, expectRefusal, openTiny, type TinyOptions } from './open-tiny.ts';
import { classCount, pixels, smallClassifier } from './tiny-model.ts';

const images = pixels(4);
/** One for each way in which methods use a sweep, and one that runs the model again. */
const methods: MethodName[] = ['grad-cam', 'eigen-cam', 'finer-cam', 'guided-grad-cam', 'fullgrad', 'reciprocam'];
const classNames = ['ant', 'bee', 'cat', 'dog', 'elk'];
const [yes, no, open] = [1, 0, -1];
/** True of the four images: two, none, one beside two unknown ones, nothing known. */
const truth = [
  ...[yes, no, no, yes, no],
  ...[no, no, no, no, no],
  ...[open, open, yes, no, no],
  ...[open, open, open, open, open],
];

async function explained(options: TinyOptions): Promise<Explanation> {
  const model = smallClassifier();
  await using explainer = await openTiny(model, { layers: ['features.1'], thresholds: 0.5, ...options });
  return explainer.explain(images, { count: 4, truth });
}

const isDecided = ({ scores }: Explanation, image: number, index: number) =>
  (scores[image * classCount + index] ?? 0) >= 0.5;
const truthOf = (image: number, index: number) => truth[image * classCount + index];

/** Classes of an image that fulfil a condition, the highest score first. */
function wanted(found: Explanation, image: number, holds: (index: number) => boolean): number[] {
  const scores = found.scores.subarray(image * classCount);
  return [0, 1, 2, 3, 4].filter(holds).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}

const explainedClasses = ({ maps }: Explanation, image: number) =>
  maps.map(({ classes }) => classes[image] ?? -1).filter((index) => index >= 0);

describe('the classes of each image', () => {
  test.each([
    ['predicted', (found: Explanation, image: number, index: number) => isDecided(found, image, index)],
    ['label', (_: Explanation, image: number, index: number) => truthOf(image, index) === yes],
    [
      'false-positives',
      (found: Explanation, image: number, index: number) =>
        isDecided(found, image, index) && truthOf(image, index) === no,
    ],
    [
      'false-negatives',
      (found: Explanation, image: number, index: number) =>
        !isDecided(found, image, index) && truthOf(image, index) === yes,
    ],
  ])('%s', async (target, holds) => {
    const found = await explained({ targets: [target] });
    for (const image of [0, 1, 2, 3]) {
      expect(explainedClasses(found, image)).toEqual(wanted(found, image, (index) => holds(found, image, index)));
    }
    expect(found.maps.map((map) => map.target)).toEqual([1, 2, 3, 4, 5].map((slot) => `${target}#${slot}`));
  });

  test('several targets share their maps; class:<name> keeps its own', async () => {
    const found = await explained({ targets: ['predicted', 'class:cat', 'label', 'top:1'], classNames });
    expect(found.maps.map(({ target }) => target)).toEqual([
      ...[1, 2, 3, 4, 5].map((slot) => `predicted+label+top:1#${slot}`),
      'class:cat',
    ]);
    const shared = { ...found, maps: found.maps.slice(0, 5) };
    for (const image of [0, 1, 2, 3]) {
      const [best] = wanted(found, image, () => true);
      const any = (index: number) => isDecided(found, image, index) || truthOf(image, index) === yes || index === best;
      expect(explainedClasses(shared, image)).toEqual(wanted(found, image, any));
    }
  });

  test('scores are sigmoids of logits, and thresholds have a class each', async () => {
    const { scores, logits } = await explained({ targets: ['predicted'] });
    expect(
      difference(
        scores,
        logits.map((logit) => 1 / (1 + Math.exp(-logit))),
      ),
    ).toBeLessThan(1e-6);
    const none = await explained({ targets: ['predicted'], thresholds: [2, 2, 0, 2, 2] });
    expect([0, 1, 2, 3].map((image) => explainedClasses(none, image))).toEqual([[2], [2], [2], [2]]);
  });
});

test.each([undefined, 'float16' as const])(
  'each map is that of its class, whatever the method (%s)',
  async (precision) => {
    const half = precision === undefined ? {} : { precision, simulated: true };
    const own = { targets: ['predicted', 'label'], methods, ...half };
    const found = await explained(own);
    const single = await explained({ ...own, targets: classNames.map((_, index) => `class:${index}`) });
    let compared = 0;
    for (const map of found.maps) {
      for (const image of [0, 1, 2, 3]) {
        const index = map.classes[image] ?? -1;
        const twin = single.maps.find(({ target, method }) => target === `class:${index}` && method === map.method);
        const limit = 1e-5 * (precision === undefined ? 1 : 3e3);
        if (twin === undefined) {
          expect(imageOf(map, image).every((value) => value === 0)).toBe(true);
        } else {
          compared += 1;
          expect(difference(imageOf(map, image), imageOf(twin, image))).toBeLessThan(limit);
          expect(difference(evidenceOf(map, image), evidenceOf(twin, image))).toBeLessThan(limit);
        }
      }
    }
    expect(compared).toBeGreaterThan(methods.length * 4);
  },
);

test('a large batch says of each image what it says of that image alone', async () => {
  const count = 19;
  const many = pixels(count);
  const perImage = many.length / count;
  // From no class to all five, out of order.
  const known = Array.from({ length: count }, (_, image) =>
    classNames.map((_, index) => (index < (image * 7) % 6 ? yes : no)),
  );
  await using explainer = await openTiny(smallClassifier(), {
    layers: ['features.1', 'last'],
    thresholds: 0.5,
    targets: ['label', 'class:cat'],
    classNames,
    methods: ['grad-cam', 'reciprocam'],
    batchSize: count,
    statistics: true,
    capture: ['activations'],
    fuse: 'mean',
  });
  expect(explainer.batchSize).toBe(count);
  const all = await explainer.explain(many, { count, truth: known.flat() });
  expect(all.count).toBe(count);
  await expect(explainer.explain(many, { count, truth: [yes] })).rejects.toThrow(
    'takes 95 values, one for each class; got 1',
  );
  for (const [image, truth] of known.entries()) {
    const own = many.subarray(image * perImage, (image + 1) * perImage);
    const alone = await explainer.explain(own, { count: 1, truth });
    const row = ({ length }: { length: number }) => [(image * length) / count, ((image + 1) * length) / count] as const;
    const compared: [Float32Array, Float32Array][] = [
      [all.logits, alone.logits],
      [all.scores, alone.scores],
      ...all.captured.map(({ values }, i): [Float32Array, Float32Array] => [values, at(alone.captured, i).values]),
      ...all.statistics.map(({ mean }, i): [Float32Array, Float32Array] => [mean, at(alone.statistics, i).mean]),
    ];
    for (const [i, map] of all.maps.entries()) {
      const single = at(alone.maps, i);
      expect(map.classes[image]).toBe(single.classes[0]);
      compared.push(
        [map.values, single.values],
        [map.evidence, single.evidence],
        [map.gradientPeak, single.gradientPeak],
      );
    }
    // Fused maps have no evidence.
    const filled = compared.filter(([batch]) => batch.length > 0);
    for (const [batch, single] of filled) expect(difference(batch.subarray(...row(batch)), single)).toBeLessThan(1e-6);
    expect(
      all.maps.filter(
        ({ layer, method, classes }) => layer === 'last' && method === 'grad-cam' && (classes[image] ?? -1) >= 0,
      ),
    ).toHaveLength(truth.filter((value) => value === yes).length + 1);
  }
});

test('a short batch explains nothing where there is no image', async () => {
  await using explainer = await openTiny(smallClassifier(), { layers: ['features.1'], thresholds: 0 });
  const { maps } = await explainer.explain(images, { count: 1 });
  expect(maps.map(({ classes, values }) => [classes.length, values.length])).toEqual(
    maps.map(({ height, width }) => [1, height * width]),
  );
  expect(maps.filter(({ classes }) => (classes[0] ?? -1) >= 0)).toHaveLength(classCount);
});

test('what does not fit is refused', async () => {
  await expectRefusal(openTiny(smallClassifier(), { targets: ['false-positives'] }), 'unknown-target', 'thresholds');
  await expect(openTiny(smallClassifier(), { thresholds: [0.5, 0.5] })).rejects.toThrow('2 thresholds');
});

test('a model that ends in a softmax is questioned', async () => {
  await using explainer = await openTiny(smallClassifier({ end: ['Softmax'] }), { thresholds: 0.5 });
  expect(explainer.warnings.join()).toMatch(/is a softmax: its scores add up to 1/);
  await using plain: Explainer = await openTiny(smallClassifier({ end: ['Sigmoid'] }), { thresholds: 0.5 });
  expect(plain.warnings).toEqual([]);
});

const imageOf = ({ values, height, width }: LayerMaps, image: number) =>
  values.subarray(image * height * width, (image + 1) * height * width);
const evidenceOf = ({ evidence, channels }: LayerMaps, image: number) =>
  evidence.subarray(image * channels, (image + 1) * channels);
