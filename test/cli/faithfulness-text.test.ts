import { expect, test } from 'vitest';
import { faithfulnessText, regionsText } from '../../src/cli/faithfulness-text.ts';

const row = {
  images: 60,
  deletion: { mean: 0.1234, error: 0.0101 },
  insertion: { mean: 0.8, error: null },
  drop: { mean: 0.25, error: 0.02 },
  increase: 0.125,
  road: { mean: -0.0301, error: 0.011 },
};
const map = { layer: 'layer4', method: 'grad-cam', target: 'predicted', ...row };

test('a row for each map, and below them the maps that know nothing', () => {
  const lines = faithfulnessText({
    maps: [map],
    baselines: [{ baseline: 'gaussian', target: 'predicted', ...row, images: 59 }],
  });
  expect(lines.slice(-3)).toEqual([
    '  layer   method          target     images       deletion  insertion           drop  increase            ROAD',
    '  layer4  grad-cam        predicted      60  0.123 ± 0.010      0.800  0.250 ± 0.020      0.13  -0.030 ± 0.011',
    '  -       (centred spot)  predicted      59  0.123 ± 0.010      0.800  0.250 ± 0.020      0.13  -0.030 ± 0.011',
  ]);
});

test('columns for shuffled weights only where they were tried', () => {
  const similar = (rankCorrelation: number | null) => ({ rankCorrelation, structuralSimilarity: 0 });
  const randomised = { images: 8, lastLayer: similar(0.954), allLayers: similar(null) };
  const lines = faithfulnessText({ maps: [{ ...map, randomised }], baselines: [] });
  expect(lines.at(-2)).toMatch(/head shuffled {2}all shuffled$/);
  expect(lines.at(-1)).toMatch(/ 0\.95 +-$/);
});

test('regions: hits, evidence inside, and what chance would give', () => {
  const { layer, method, target } = map;
  const lines = regionsText([
    {
      layer,
      method,
      target,
      images: 40,
      hits: 0.75,
      inside: { mean: 0.4, error: 0.03 },
      area: { mean: 0.2, error: 0.01 },
    },
  ]);
  expect(lines.slice(1)).toEqual([
    '  layer   method    target     images  pointing game  evidence inside      by chance',
    '  layer4  grad-cam  predicted      40          0.750    0.400 ± 0.030  0.200 ± 0.010',
  ]);
});
