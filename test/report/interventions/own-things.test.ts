import { expect, test } from 'vitest';
import { uniformNumbers } from '../../../src/explain/random-numbers.ts';
import { maskOf } from '../../../src/interventions/mask.ts';
import type { PlacedCluster } from '../../../src/report/interventions/own-places.ts';
import { showOwnThings } from '../../../src/report/interventions/own-things.ts';
import type { TriedImage } from '../../../src/report/interventions/tried-image.ts';

const size = { width: 96, height: 96 };
const side = 24;

type Place = readonly [left: number, top: number];
/** Brightness at a place of the thing, from 0 to 1; null: what is behind it. */
type Thing = (x: number, y: number, row: number) => number | null;

const upperLeft: Place = [6, 6];
const lowerRight: Place = [64, 64];
const bars: Thing = (x) => (x % 8 < 4 ? 1 : 0);
const ring: Thing = (x, y) => (Math.abs(Math.hypot(x - side / 2, y - side / 2) - 8) < 3 ? 1 : 0);
/** In another light in each picture, and a little to the side. */
const lamp: Thing = (x, y, row) => (Math.hypot(x - 9 - (row % 4), y - 11) < 7 ? 0.5 + (row % 5) / 10 : null);
const nothing: Thing = () => null;

/** Pictures of speckles with a thing at a place. */
function cluster(thing: Thing, [left, top]: Place, first: number): PlacedCluster {
  const images: TriedImage[] = Array.from({ length: 10 }, (_, i) => {
    const row = first + i;
    const random = uniformNumbers(row + 1);
    const pixels = new Uint8Array(size.width * size.height * 3).map(() => 60 + 120 * random());
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const value = thing(x, y, row);
        const from = ((top + y) * size.width + left + x) * 3;
        if (value !== null) pixels.fill(30 + 200 * value, from, from + 3);
      }
    }
    const picture = { key: String(row), ...size, pixels };
    const heatmap = { height: 1, width: 1, values: [1] };
    return { row, key: picture.key, label: 1, predicted: 0, margin: 0.9, weight: 1, picture, heatmap };
  });
  const mask = maskOf(size, (x, y) => x >= left && y >= top && x < left + side && y < top + side);
  return { images, mask };
}

test('two marks that look unlike are two things', () => {
  expect(showOwnThings(cluster(bars, upperLeft, 0), cluster(ring, lowerRight, 20))).toBe(true);
});

test('the same mark at two places is one thing', () => {
  expect(showOwnThings(cluster(ring, upperLeft, 0), cluster(ring, lowerRight, 20))).toBe(false);
});

test('a thing on the left and its like on the right, in other lights, are one', () => {
  expect(showOwnThings(cluster(lamp, upperLeft, 0), cluster(lamp, lowerRight, 20))).toBe(false);
});

test('places with nothing in common are no things', () => {
  expect(showOwnThings(cluster(nothing, upperLeft, 0), cluster(nothing, lowerRight, 20))).toBe(false);
});
