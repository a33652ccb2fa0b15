import { expect, test } from 'vitest';
import { findClusters } from '../../../src/report/clusters/find-clusters.ts';
import { highMargins } from '../../../src/report/clusters/high-margin.ts';
import { type RunColumns, sampleOf } from '../../../src/report/clusters/sample.ts';
import { scattered } from './scattered-points.ts';

const all = ({ label }: RunColumns) => Int32Array.from(label.keys());

/** Images of three classes, in two kinds each, all taken for the first class. */
function allTakenForOne(): { run: RunColumns; evidence: Float32Array } {
  const kinds = [0, 1, 2].flatMap((label) => [0, 8].map((place) => ({ label, place })));
  const count = 30;
  const images = kinds.flatMap(({ label }) => Array.from({ length: count }, () => label));
  return {
    evidence: Float32Array.from(kinds.flatMap(({ place }, seed) => scattered(count, [0, place], seed).flat())),
    run: {
      label: Int32Array.from(images),
      predicted: new Int32Array(images.length),
      margin: new Float64Array(images.length).fill(0.9),
      keys: images.map((_, row) => `${row}.png`),
    },
  };
}

test('a network that gives one answer to everything has clusters, though no other mistakes to compare them with', () => {
  const { run, evidence } = allTakenForOne();
  const map = { channels: 6, evidence, height: 1, width: 1, heatmaps: new Float32Array(run.label.length).fill(1) };
  const { clusters } = findClusters(sampleOf(run, all(run)), { predicted: [map], label: [map] }, highMargins(run));
  expect(clusters.length).toBeGreaterThan(1);
  for (const cluster of clusters) expect(cluster).toMatchObject({ predicted: 0, setApart: null });
  expect(clusters.reduce((sum, { size }) => sum + size, 0)).toBeGreaterThan(100);
});

test('evidence that is the same everywhere gives no error', () => {
  const { run } = allTakenForOne();
  const count = run.label.length;
  const map = {
    channels: 6,
    evidence: new Float32Array(count * 6),
    height: 1,
    width: 1,
    heatmaps: new Float32Array(count),
  };
  const mixed = { ...run, predicted: run.predicted.map((_, row) => row % 3) };
  const { clusters } = findClusters(
    sampleOf(mixed, all(mixed)),
    { predicted: [map], label: [map] },
    highMargins(mixed),
  );
  for (const { claimed } of clusters) expect(claimed).toBe(false);
});
