/** What is the same in several pictures. */

import { expect, test } from 'vitest';
import { uniformNumbers } from '../../src/explain/random-numbers.ts';
import { sharedMarks } from '../../src/interventions/marks.ts';
import { shifted } from '../../src/interventions/mask.ts';
import type { RgbImage } from '../../src/shared/picture/raster.ts';

const size = { width: 96, height: 96 };

/** Blobs of all sizes and lights, as photographs have them. */
function photograph(seed: number): RgbImage {
  const random = uniformNumbers(seed);
  const blobs = Array.from({ length: 60 }, () => ({
    x: random() * size.width,
    y: random() * size.height,
    radius: 2 + random() * 20,
    levels: (random() - 0.5) * 100,
  }));
  const pixels = new Uint8Array(size.width * size.height * 3);
  for (let y = 0, at = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, at += 3) {
      const value = blobs.reduce(
        (sum, blob) => sum + (Math.hypot(x - blob.x, y - blob.y) < blob.radius ? blob.levels : 0),
        128,
      );
      pixels.fill(Math.max(0, Math.min(255, value)), at, at + 3);
    }
  }
  return { ...size, pixels };
}

const isStroke = (x: number, y: number) => Math.abs(Math.hypot((x % 48) - 24, (y % 40) - 20) - 12) < 2;

/** Half-transparent rings all over, moved to the right and down. */
function marked(seed: number, right: number, down: number): RgbImage {
  const { pixels } = photograph(seed);
  for (let y = 0, at = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, at += 3) {
      if (!isStroke(x - right + 96, y - down + 96)) continue;
      pixels.fill(0.4 * (pixels[at] ?? 0) + 0.6 * 255, at, at + 3);
    }
  }
  return { ...size, pixels };
}

const moves = Array.from({ length: 10 }, (_, i) => ({ right: (i * 3) % 7, down: (i * 5) % 6 }));

test('a watermark all over is found, and where each picture has it', () => {
  const found = sharedMarks(moves.map(({ right, down }, i) => marked(i + 1, right, down)));
  expect(found?.shifts).toEqual(moves);
  const inside = found === null ? [] : Array.from(shifted(found.mask, 3, 5).inside);
  const strokes = inside.map((_, at) => isStroke((at % 96) - 3 + 96, Math.floor(at / 96) - 5 + 96));
  const covered = strokes.filter((isOne, at) => isOne && inside[at] === 1).length;
  expect(covered / strokes.filter(Boolean).length).toBeGreaterThan(0.9);
});

test('photographs have nothing in common, nor have a few pictures with a mark', () => {
  expect(sharedMarks(Array.from({ length: 10 }, (_, i) => photograph(i + 1)))).toBeNull();
  expect(sharedMarks([1, 2, 3, 4].map((seed) => marked(seed, 0, 0)))).toBeNull();
});
