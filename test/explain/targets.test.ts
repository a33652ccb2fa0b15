import { describe, expect, test } from 'vitest';
import type { Explanation, LayerMaps } from '../../src/explain/explanation.ts';
import { difference, expectRefusal, openTiny, type TinyOptions } from './open-tiny.ts';
import { classCount, pixels, smallClassifier } from './tiny-model.ts';

const images = pixels(4);
const classNames = ['tench', 'goldfish', 'tabby, tabby cat', 'ratio 1:2', '7'];

async function explained(options: TinyOptions, labels?: number[]): Promise<Explanation> {
  await using explainer = await openTiny(smallClassifier(), { layers: ['features.1'], ...options });
  return explainer.explain(images, { count: 4, ...(labels === undefined ? {} : { labels: Int32Array.from(labels) }) });
}

/** Class indices of an image, the highest logit first. */
function ranking({ logits }: Explanation, image: number): number[] {
  const row = [...logits.slice(image * classCount, (image + 1) * classCount)];
  return row.map((_, i) => i).sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0));
}

const classesOf = (maps: LayerMaps | undefined) => [...(maps?.classes ?? [])];

describe('predicted and top', () => {
  test('predicted is the class of the largest logit', async () => {
    const found = await explained({ targets: ['predicted'] });
    const best = [0, 1, 2, 3].map((image) => ranking(found, image)[0]);
    expect(classesOf(found.maps[0])).toEqual(best);
    expect(new Set(best).size).toBeGreaterThan(1);
  });

  test('top:5 ranks all classes, as entries of their own', async () => {
    const found = await explained({ targets: ['top:5'] });
    expect(found.maps.map((map) => map.target)).toEqual(['top:5#1', 'top:5#2', 'top:5#3', 'top:5#4', 'top:5#5']);
    for (const image of [0, 1, 2, 3]) {
      expect(found.maps.map((map) => map.classes[image])).toEqual(ranking(found, image));
    }
  });

  test.each(['top:0', 'top:6', 'top:-1', 'top:1.5', 'top:many'])('%s is refused', async (target) => {
    await expectRefusal(explained({ targets: [target] }), 'unknown-target', `'${target}'`, '1 to 5');
  });
});

describe('class', () => {
  test.each([
    ['class:#0', 0],
    ['class:7', 4],
    ['class:goldfish', 1],
    ['class:tabby, tabby cat', 2],
    ['class:ratio 1:2', 3],
  ])('%s', async (target, index) => {
    const found = await explained({ targets: [target], classNames });
    expect(found.maps[0]?.target).toBe(target);
    expect(classesOf(found.maps[0])).toEqual([index, index, index, index]);
  });

  test('a number is a name where classes have numbers for names, and #n an index', async () => {
    const numbered = ['1', '10', '2', '3', '4'];
    expect(classesOf((await explained({ targets: ['class:10'], classNames: numbered })).maps[0])).toEqual([1, 1, 1, 1]);
    expect(classesOf((await explained({ targets: ['class:#2'], classNames: numbered })).maps[0])).toEqual([2, 2, 2, 2]);
    await expectRefusal(explained({ targets: ['class:0'], classNames: numbered }), 'unknown-class', 'Write #0');
  });

  test('an ambiguous name is refused with its candidates, and an id is not ambiguous', async () => {
    const cranes = ['crane', 'heron', 'forklift', 'crane', 'hen'];
    const ids = ['n02012849', 'n02009912', 'n09999999', 'n03126707', 'n01514859'];
    const options = { classNames: cranes, classIds: ids };
    await expectRefusal(
      explained({ targets: ['class:crane'], ...options }),
      'ambiguous-class',
      'n02012849',
      'n03126707',
    );
    await expectRefusal(explained({ targets: ['class:Crane-vs-heron'], ...options }), 'ambiguous-class');
    expect(classesOf((await explained({ targets: ['class:n03126707'], ...options })).maps[0])).toEqual([3, 3, 3, 3]);
  });

  test('a name is found as a label is', async () => {
    expect(classesOf((await explained({ targets: ['class:Tabby,_TABBY cat'], classNames })).maps[0])).toEqual([
      2, 2, 2, 2,
    ]);
  });

  test('an unknown name, with the nearest', async () => {
    const attempt = explained({ targets: ['class:gold fish'], classNames });
    await expectRefusal(attempt, 'unknown-class', "'gold fish'", 'Did you mean goldfish?');
  });

  test('a name without class names', async () => {
    await expectRefusal(explained({ targets: ['class:goldfish'] }), 'unknown-class', '--classes');
  });
});

describe('label', () => {
  test('explains each image for its own label', async () => {
    const found = await explained({ targets: ['label'] }, [3, 0, 4, 1]);
    expect(classesOf(found.maps[0])).toEqual([3, 0, 4, 1]);
    for (const [image, label] of [3, 0, 4, 1].entries()) {
      const alone = await explained({ targets: [`class:${label}`] });
      const cells = 64;
      const of = (maps: LayerMaps | undefined) => maps?.values.subarray(image * cells, (image + 1) * cells);
      expect(difference(of(found.maps[0]), of(alone.maps[0]))).toBeLessThan(1e-7);
    }
  });

  test('of -1 or missing gives zeros and class -1', async () => {
    for (const labels of [[2, -1, -1, 2], [2]]) {
      const found = await explained({ targets: ['label'], capture: ['gradients'] }, labels);
      const [maps] = found.maps;
      expect(maps?.classes[1]).toBe(-1);
      expect(maps?.gradientPeak[1]).toBe(0);
      expect(maps?.gradientPeak[0]).toBeGreaterThan(0);
      expect([...(maps?.values.subarray(64, 128) ?? [1])].every((value) => value === 0)).toBe(true);
      expect([...(maps?.evidence.subarray(4, 8) ?? [1])].every((value) => value === 0)).toBe(true);
      expect(found.captured[0]?.values.subarray(256, 512).every((value) => value === 0)).toBe(true);
    }
  });
});

test('several targets at once give what each gives alone', async () => {
  const targets = ['predicted', 'label', 'class:1', 'top:2'];
  const labels = [1, 2, 3, 4];
  const together = await explained({ targets, layers: ['features.0', 'last'], methods: ['grad-cam'] }, labels);
  expect(together.maps.map((map) => `${map.layer} ${map.target}`).sort()).toEqual(
    ['features.0', 'last'].flatMap((layer) =>
      ['class:1', 'label', 'predicted', 'top:2#1', 'top:2#2'].map((t) => `${layer} ${t}`),
    ),
  );
  for (const target of targets) {
    const alone = await explained({ targets: [target], layers: ['features.0', 'last'] }, labels);
    for (const map of alone.maps) {
      const same = together.maps.find((m) => m.layer === map.layer && m.target === map.target);
      expect(classesOf(same)).toEqual(classesOf(map));
      expect(difference(same?.values, map.values)).toBeLessThan(1e-7);
      expect(difference(same?.evidence, map.evidence)).toBeLessThan(1e-6);
    }
  }
});

test.each(['', 'predict', 'class', 'class:', 'top', 'labels'])("'%s' is no target", async (target) => {
  await expectRefusal(explained({ targets: [target] }), 'unknown-target', `'${target}'`, '`predicted`');
});
