import { expect, test } from 'vitest';
import { findClusters } from '../../../src/report/clusters/find-clusters.ts';
import type { Sample } from '../../../src/report/clusters/run-columns.ts';
import { findSureMistakes } from '../../../src/report/clusters/sure-mistakes.ts';
import { scattered } from './scattered-points.ts';

/** Images of three classes, in two kinds each, all taken for the first class. */
function allTakenForOne(): { sample: Sample; evidence: Float32Array } {
  const kinds = [0, 1, 2].flatMap((label) => [0, 8].map((place) => ({ label, place })));
  const count = 30;
  const images = kinds.flatMap(({ label }) => Array.from({ length: count }, () => label));
  return {
    evidence: Float32Array.from(kinds.flatMap(({ place }, seed) => scattered(count, [0, place], seed).flat())),
    sample: {
      images: Int32Array.from(images, (_, row) => row),
      maps: [],
      label: Int32Array.from(images),
      predicted: new Int32Array(images.length),
      margin: new Float64Array(images.length).fill(0.9),
      keys: images.map((_, row) => `${row}.png`),
      weight: new Float64Array(images.length).fill(1),
    },
  };
}

test('a network that gives one answer to everything has clusters, though no other mistakes to compare them with', () => {
  const { sample, evidence } = allTakenForOne();
  const map = { channels: 6, evidence, height: 1, width: 1, heatmaps: new Float32Array(sample.label.length).fill(1) };
  const { clusters } = findClusters(sample, { predicted: [map], label: [map] }, findSureMistakes(sample));
  expect(clusters.length).toBeGreaterThan(1);
  for (const cluster of clusters) expect(cluster).toMatchObject({ predicted: 0, setApart: null });
  expect(clusters.reduce((sum, { size }) => sum + size, 0)).toBeGreaterThan(100);
});

test('evidence that is the same everywhere gives no error', () => {
  const { sample } = allTakenForOne();
  const count = sample.label.length;
  const map = {
    channels: 6,
    evidence: new Float32Array(count * 6),
    height: 1,
    width: 1,
    heatmaps: new Float32Array(count),
  };
  const mixed = { ...sample, predicted: sample.predicted.map((_, row) => row % 3) };
  const { clusters } = findClusters(mixed, { predicted: [map], label: [map] }, findSureMistakes(mixed));
  for (const { claimed } of clusters) expect(claimed).toBe(false);
});
