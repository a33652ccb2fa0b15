import { describe, expect, test } from 'vitest';
import { mapBoxes } from '../../../src/report/export/map-boxes.ts';

/** Four by four cells. */
const grid = { height: 4, width: 4 };
const original = { width: 400, height: 200 };
const whole = { left: 0, top: 0, ...original };

describe('boxes of a map', () => {
  test('surround each area above half of the maximum, the strongest first', () => {
    // biome-ignore format: a grid
    const map = [
      0.6, 0.7, 0,   0,
      0.5, 0,   0,   0,
      0,   0,   0,   1,
      0,   0.4, 0,   0.8,
    ];
    expect(mapBoxes(map, grid, whole, original)).toEqual([
      { left: 300, top: 100, width: 100, height: 100, strength: 1 },
      { left: 0, top: 0, width: 200, height: 100, strength: 0.7 },
    ]);
  });

  test('do not join areas over a corner or over the edge of the grid', () => {
    // biome-ignore format: a grid
    const map = [
      0, 0, 0, 1,
      1, 0, 0, 0,
      0, 1, 0, 0,
      0, 0, 0, 0,
    ];
    expect(mapBoxes(map, grid, whole, original)).toHaveLength(3);
  });

  test('lie where the network saw the image', () => {
    const map = [1, ...Array(15).fill(0)];
    const seen = { left: 100, top: 20, width: 200, height: 160 };
    expect(mapBoxes(map, grid, seen, original)).toEqual([{ left: 100, top: 20, width: 50, height: 40, strength: 1 }]);
  });

  test('stay inside the image where it was padded', () => {
    const padded = { left: 0, top: -100, width: 400, height: 400 };
    const all = Array(16).fill(1);
    expect(mapBoxes(all, grid, padded, original)).toEqual([{ left: 0, top: 0, width: 400, height: 200, strength: 1 }]);
    expect(mapBoxes([1, ...Array(15).fill(0)], grid, padded, original)).toEqual([]);
  });

  test.each([[Array(16).fill(0)], [Array(16).fill(-1)], [Array(16).fill(Number.NaN)]])(
    'are none where nothing is positive',
    (map) => {
      expect(mapBoxes(map, grid, whole, original)).toEqual([]);
    },
  );
});
