import { expect, test } from 'vitest';
import { FaithfulnessTally } from '../../../src/shared/run/faithfulness-summary.ts';
import { RegionTally } from '../../../src/shared/run/region-summary.ts';

const perturbation = (deletion: number, increase = false) => ({
  deletion,
  insertion: 1 - deletion,
  drop: deletion / 2,
  increase,
  road: { mostImportantFirst: 0.1, leastImportantFirst: 0.1 + deletion, difference: deletion },
});
const similarity = (rankCorrelation: number | null) => ({ rankCorrelation, structuralSimilarity: 0.5 });
const id = { layer: 'layer4', method: 'grad-cam', target: 'predicted' };

test('means, standard errors and shares of each map, and of the maps that know nothing', () => {
  const tally = new FaithfulnessTally();
  tally.add({
    maps: [
      {
        ...id,
        class: 3,
        faithfulness: { ...perturbation(0.2), randomised: { lastLayer: similarity(0.4), allLayers: similarity(null) } },
      },
      { ...id, target: 'label', class: 5, faithfulness: perturbation(0.5) },
    ],
    baselines: [
      { baseline: 'random', class: 3, ...perturbation(0.6) },
      { baseline: 'random', class: 5, ...perturbation(0.9) },
    ],
  });
  tally.add({
    maps: [
      {
        ...id,
        class: 4,
        faithfulness: {
          ...perturbation(0.4, true),
          randomised: { lastLayer: similarity(0.2), allLayers: similarity(null) },
        },
      },
    ],
    baselines: [{ baseline: 'random', class: 4, ...perturbation(0.7) }],
  });
  tally.add({ maps: [{ ...id, class: 4 }] });
  const { maps = [], baselines } = tally.summary ?? {};
  expect(maps[0]).toEqual({
    ...id,
    images: 2,
    // The deviation of 0.2 and 0.4 is 0.141421, over the root of 2.
    deletion: { mean: 0.3, error: 0.1 },
    insertion: { mean: 0.7, error: 0.1 },
    drop: { mean: 0.15, error: 0.05 },
    increase: 0.5,
    road: { mean: 0.3, error: 0.1 },
    randomised: {
      images: 2,
      lastLayer: { rankCorrelation: 0.3, structuralSimilarity: 0.5 },
      allLayers: { rankCorrelation: null, structuralSimilarity: 0.5 },
    },
  });
  expect(maps[1]).toMatchObject({ target: 'label', images: 1, deletion: { mean: 0.5, error: null } });
  expect(maps[1]).not.toHaveProperty('randomised');
  expect(baselines).toMatchObject([
    { baseline: 'random', target: 'predicted', images: 2, deletion: { mean: 0.65 } },
    { baseline: 'random', target: 'label', images: 1, deletion: { mean: 0.9 } },
  ]);
});

test('nothing measured is nothing said', () => {
  const tally = new FaithfulnessTally();
  tally.add({ maps: [{ ...id, class: 1 }] });
  expect(tally.summary).toBeNull();
  expect(new RegionTally().summary).toBeNull();
});

test('regions: the share of hits, and how much evidence lies inside', () => {
  const tally = new RegionTally();
  tally.add({
    maps: [
      { ...id, region: { hit: true, inside: 0.5, area: 0.1 } },
      { ...id, method: 'layercam' },
    ],
  });
  tally.add({ maps: [{ ...id, region: { hit: false, inside: 0.7, area: 0.3 } }] });
  expect(tally.summary).toEqual([
    { ...id, images: 2, hits: 0.5, inside: { mean: 0.6, error: 0.1 }, area: { mean: 0.2, error: 0.1 } },
  ]);
});
