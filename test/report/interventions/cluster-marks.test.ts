import { describe, expect, it } from 'vitest';
import { ClusterMarks } from '../../../src/report/interventions/cluster-marks.ts';
import { PictureChanger } from '../../../src/report/interventions/picture-changer.ts';
import type { TriedImage } from '../../../src/report/interventions/tried-image.ts';
import { labelled, photograph } from '../../interventions/labelled-photographs.ts';

/** Photographs, every second one with a label: in the upper left corner up to row 100, and from there on in the lower right one. */
function imageOf(row: number): TriedImage {
  const [left, top] = row < 100 ? [8 + (row % 4), 6] : [66, 64 + (row % 3)];
  const pixels = row % 2 === 0 ? labelled(row + 1, left, top) : photograph(row + 1);
  const key = `${row}.png`;
  const heatmap = { height: 1, width: 1, values: [1] };
  return { row, key, label: 1, predicted: 0, margin: 0.9, weight: 1, picture: { key, ...pixels }, heatmap };
}

const marks = () => new ClusterMarks({ changer: new PictureChanger(), read: async (rows) => rows.map(imageOf) });
const cluster = (first: number, count: number, step: number) => ({
  rows: Array.from({ length: count }, (_, i) => first + step * i),
  claimed: true,
});

describe('the marks of a cluster', () => {
  it('tell those of its images that have them from the others', async () => {
    expect(await marks().marked(cluster(0, 20, 1))).toEqual(cluster(0, 10, 2).rows);
    expect(await marks().marked(cluster(1, 10, 2))).toBeNull();
  });

  it('are looked for in further mistakes, where most of the cluster has them and it has a claim', async () => {
    const found = marks();
    expect(await found.further(cluster(0, 10, 2), cluster(30, 8, 1).rows)).toEqual([30, 32, 34, 36]);
    expect(await found.further({ ...cluster(0, 10, 2), claimed: false }, cluster(30, 8, 1).rows)).toEqual([]);
    expect(await found.further(cluster(0, 20, 1), cluster(30, 8, 1).rows)).toEqual([]);
  });

  it('are those of another cluster at about the same place, and not those of one far from it', async () => {
    const found = marks();
    expect(await found.areSame(cluster(0, 10, 2), cluster(40, 8, 2))).toBe(true);
    expect(await found.areSame(cluster(0, 10, 2), cluster(100, 8, 2))).toBe(false);
    expect(await found.areSame(cluster(1, 10, 2), cluster(41, 8, 2))).toBe(false);
  });
});
