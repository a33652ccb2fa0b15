import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sample } from '../../../src/report/clusters/run-columns.ts';
import { sameCauses } from '../../../src/report/clusters/same-cause.ts';
import type { EvidenceRows } from '../../../src/report/read/evidence.ts';

/** Ordinary correct pictures of class 1 around nothing in particular, then groups that were taken for class 0, each moved by its own shift. */
function groupsMovedBy(shifts: readonly (readonly number[])[]): {
  groups: number[][];
  sample: Sample;
  maps: EvidenceRows[];
} {
  const channels = 4;
  const ordinary = 40;
  const size = 12;
  const wave = (row: number, channel: number) => Math.sin(row * (channel + 1.3) + channel);
  const moved = shifts.flatMap((shift) => Array.from({ length: size }, () => shift));
  const rows = ordinary + moved.length;
  const evidence = Float32Array.from({ length: rows * channels }, (_, at) => {
    const [row, channel] = [Math.floor(at / channels), at % channels];
    return wave(row, channel) + (row < ordinary ? 0 : (moved[row - ordinary]?.[channel] ?? 0));
  });
  return {
    groups: shifts.map((_, group) => Array.from({ length: size }, (_, i) => ordinary + group * size + i)),
    maps: [{ channels, evidence, height: 1, width: 1, heatmaps: new Float32Array(rows) }],
    sample: {
      images: Int32Array.from({ length: rows }, (_, row) => row),
      maps: [],
      label: Int32Array.from({ length: rows }, () => 1),
      predicted: Int32Array.from({ length: rows }, (_, row) => (row < ordinary ? 1 : 0)),
      margin: new Float64Array(rows),
      keys: Array.from({ length: rows }, (_, row) => `${row}.png`),
      weight: new Float64Array(rows).fill(1),
    },
  };
}

test('groups that differ from ordinary pictures in the same direction are one, however far each goes', () => {
  const { groups, sample, maps } = groupsMovedBy([
    [9, 0, 0, 0],
    [0, 9, 0, 0],
    [20, 0, 0, 0],
  ]);
  expect(sameCauses(groups, 0, sample, maps)).toEqual([[0, 2], [1]]);
});

test('without ordinary pictures of other classes every group stays by itself', () => {
  const { groups, sample, maps } = groupsMovedBy([
    [9, 0, 0, 0],
    [9, 0, 0, 0],
  ]);
  expect(sameCauses(groups, 1, sample, maps)).toEqual([[0], [1]]);
});

test('every group is in one cause, whatever the evidence', () => {
  const shift = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(shift, { minLength: 1, maxLength: 5 }), (shifts) => {
      const { groups, sample, maps } = groupsMovedBy(shifts);
      const places = sameCauses(groups, 0, sample, maps).flat();
      expect([...places].sort()).toEqual(groups.map((_, at) => at));
    }),
    { numRuns: 40 },
  );
});
