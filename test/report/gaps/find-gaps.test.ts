import { expect, test } from 'vitest';
import { fitNullModel } from '../../../src/report/clusters/null-model.ts';
import type { SampledImage, SeenMaps } from '../../../src/report/clusters/sample.ts';
import { findGaps as findGapsOf } from '../../../src/report/gaps/find-gaps.ts';
import type { GapReference } from '../../../src/report/gaps/held-against-reference.ts';

interface Kind {
  count: number;
  predicted: number;
  /** Where its evidence lies on the first channel. */
  at: number;
  margin?: number;
}

/** Images of class 0, kind by kind. */
function imagesOf(kinds: readonly Kind[]): { sample: SampledImage[]; maps: SeenMaps } {
  const all = kinds.flatMap((kind) => Array.from({ length: kind.count }, () => kind));
  const channels = 3;
  const evidence = Float32Array.from({ length: all.length * channels }, (_, place) => {
    const [row, channel] = [Math.floor(place / channels), place % channels];
    const noise = Math.sin(row * 12.9898 + channel * 78.233);
    return channel === 0 ? (all[row]?.at ?? 0) + noise : noise;
  });
  const map = { channels, evidence, height: 1, width: 1, heatmaps: new Float32Array(all.length).fill(1) };
  return {
    maps: { predicted: [map], label: [map] },
    sample: all.map(({ predicted, margin = 0.9 }, row) => {
      return { row, key: `${row}.png`, label: 0, predicted, margin, weight: 1 };
    }),
  };
}

const margins = { threshold: 0.5, nullModel: fitNullModel([{ size: 60, highMargin: 9 }]) };

function findGaps(
  sample: SampledImage[],
  maps: SeenMaps,
  explained: ReadonlySet<number>,
  reference: GapReference | null,
) {
  return findGapsOf(sample, maps, explained, reference, margins);
}

const known: Kind = { count: 120, predicted: 0, at: 0 };
const unlike: Kind = { count: 40, predicted: 1, at: 30 };

test('misclassified images that are unlike the correct ones are a claimed gap', () => {
  const { sample, maps } = imagesOf([known, unlike]);
  const [gap, ...others] = findGaps(sample, maps, new Set(), null);
  expect(others).toEqual([]);
  expect(gap).toMatchObject({ label: 0, claimed: true, size: 40, predicted: [{ class: 1, count: 40 }] });
  expect([...(gap?.rows ?? [])].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => 120 + i));
  expect(gap?.distance).toBeGreaterThan(5);
});

test('mistakes that look like correct images are no gap', () => {
  const { sample, maps } = imagesOf([known, { ...unlike, at: 0 }]);
  expect(findGaps(sample, maps, new Set(), null).filter(({ claimed }) => claimed)).toEqual([]);
});

test('hesitant mistakes are not claimed, far as they are', () => {
  const { sample, maps } = imagesOf([known, { ...unlike, margin: 0.1 }]);
  expect(findGaps(sample, maps, new Set(), null)).toMatchObject([{ claimed: false, size: 40 }]);
});

test('images that a cluster explains are left out', () => {
  const { sample, maps } = imagesOf([known, unlike]);
  const explained = new Set(Array.from({ length: 35 }, (_, i) => 120 + i));
  expect(findGaps(sample, maps, explained, null)).toEqual([]);
});

test('a reference that has such images lies near, one without them far', () => {
  const { sample, maps } = imagesOf([known, unlike]);
  const [near] = findGaps(sample, maps, new Set(), imagesOf([known, { ...unlike, count: 120, predicted: 0 }]));
  const [far] = findGaps(sample, maps, new Set(), imagesOf([known]));
  expect(near?.reference?.distance).toBeLessThan(1.5);
  expect(far?.reference?.distance).toBeGreaterThan(5);
});

test('what the reference has is no gap in it, whatever the network makes of it', () => {
  const { sample, maps } = imagesOf([known, unlike]);
  for (const predicted of [0, 1]) {
    const [gap] = findGaps(sample, maps, new Set(), imagesOf([known, { ...unlike, predicted }]));
    expect(gap).toMatchObject({ claimed: false, size: 40 });
    expect(gap?.reference?.rarer).toBeLessThan(1.5);
  }
});

test('what the reference lacks is claimed, though the network hesitates', () => {
  const { sample, maps } = imagesOf([known, { ...unlike, margin: 0.1 }]);
  const [gap] = findGaps(sample, maps, new Set(), imagesOf([known]));
  expect(gap).toMatchObject({ claimed: true, size: 40, reference: { rarer: expect.any(Number) } });
  expect(gap?.reference?.rarer).toBeGreaterThan(5);
  expect(gap?.reference?.chance).toBeLessThan(1e-6);
});

test('without a correct image of the class the reference tells nothing', () => {
  const { sample, maps } = imagesOf([unlike]);
  const [gap] = findGaps(sample, maps, new Set(), imagesOf([known]));
  expect(gap).toMatchObject({ size: 40, reference: null });
});

test('a reference without the class lacks all of it', () => {
  const { sample, maps } = imagesOf([known, unlike]);
  const [gap] = findGaps(sample, maps, new Set(), imagesOf([{ count: 3, predicted: 0, at: 0 }]));
  expect(gap).toMatchObject({ claimed: true, reference: { distance: 1000, rarer: 1000 } });
});
