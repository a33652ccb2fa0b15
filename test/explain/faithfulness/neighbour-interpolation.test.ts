import { expect, test } from 'vitest';
import { Hole } from '../../../src/explain/faithfulness/neighbour-interpolation.ts';
import { uniformNumbers } from '../../../src/explain/random-numbers.ts';
import { difference } from '../open-tiny.ts';

/** The same equations as a full matrix, by elimination. */
function solvedDirectly(values: Float64Array, hole: Uint8Array, height: number, width: number): number[] {
  const unknown = [...hole.keys()].filter((cell) => hole[cell] === 1);
  const rows = unknown.map((cell) => {
    const row: number[] = new Array(unknown.length + 1).fill(0);
    for (const [down, right] of [
      [-1, -1],
      [-1, 0],
      [-1, 1],
      [0, -1],
      [0, 1],
      [1, -1],
      [1, 0],
      [1, 1],
    ] as const) {
      const [y, x] = [Math.floor(cell / width) + down, (cell % width) + right];
      if (y < 0 || x < 0 || y >= height || x >= width) continue;
      const weight = down === 0 || right === 0 ? 1 / 6 : 1 / 12;
      const add = (at: number, value: number) => {
        row[at] = (row[at] ?? 0) + value;
      };
      add(unknown.indexOf(cell), weight);
      const other = y * width + x;
      if (hole[other] === 1) add(unknown.indexOf(other), -weight);
      else add(unknown.length, weight * (values[other] ?? 0));
    }
    return row;
  });
  rows.forEach((pivot, i) => {
    const scale = pivot[i] ?? 0;
    for (const [j, row] of rows.entries()) {
      const factor = (row[i] ?? 0) / scale;
      if (i === j) continue;
      for (const [k, value] of pivot.entries()) row[k] = (row[k] ?? 0) - factor * value;
    }
  });
  return rows.map((row, i) => (row[unknown.length] ?? 0) / (row[i] ?? 0));
}

function randomHole(cells: number, share: number, seed: number): Uint8Array {
  const random = uniformNumbers(seed);
  return Uint8Array.from({ length: cells }, (_, cell) => (cell > 0 && random() < share ? 1 : 0));
}

test.each([0.1, 0.5, 0.9, 1])('a hole of %f of the cells is filled as the equations say', (share) => {
  const [height, width] = [11, 14];
  const random = uniformNumbers(8);
  const values = Float64Array.from({ length: height * width }, () => random());
  const hole = randomHole(values.length, share, 9);
  const expected = solvedDirectly(values, hole, height, width);
  const filled = values.slice();
  new Hole(hole, { height, width }).fill(filled);
  const found = [...filled].filter((_, cell) => hole[cell] === 1);
  // Of a range of 1; the noise that ROAD adds is 0.01.
  expect(difference(found, expected)).toBeLessThan(5e-3);
  expect([...filled].filter((_, cell) => hole[cell] === 0)).toEqual([...values].filter((_, cell) => hole[cell] === 0));
});

test('a slope is continued through a large hole', () => {
  const side = 40;
  const slope = Float64Array.from({ length: side * side }, (_, cell) => (cell % side) / side);
  const inside = (cell: number) => [Math.floor(cell / side), cell % side].every((at) => at > 3 && at < 36);
  const hole = Uint8Array.from(slope, (_, cell) => (inside(cell) ? 1 : 0));
  const filled = slope.map((value, cell) => (hole[cell] === 1 ? 5 : value));
  new Hole(hole, { height: side, width: side }).fill(filled);
  expect(difference(filled, slope)).toBeLessThan(5e-3);
});
