/** What is the same in several pictures. */

import { expect, test } from 'vitest';
import { whereMarksAre } from '../../src/interventions/marks/marks-in.ts';
import { sharedMarks } from '../../src/interventions/marks/shared-marks.ts';
import { type Heatmap, shifted } from '../../src/interventions/mask.ts';
import type { RgbImage } from '../../src/shared/picture/raster.ts';
import { labelled, photograph, size } from './labelled-photographs.ts';

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

const evenMap: Heatmap = { height: 1, width: 1, values: [1] };
/** Bright in the lower right corner. */
const cornerMap: Heatmap = { height: 3, width: 3, values: [0, 0, 0, 0, 0, 0, 0, 0, 1] };

const attended = (pictures: readonly RgbImage[], heatmap = evenMap) =>
  pictures.map((picture) => ({ picture, heatmap }));

test('a watermark all over is found, and where each picture has it', () => {
  const found = sharedMarks(attended(moves.map(({ right, down }, i) => marked(i + 1, right, down))));
  // From where one of the pictures has it, whichever that is.
  const [first] = found?.shifts ?? [];
  const from = { right: (first?.right ?? 0) - 0, down: (first?.down ?? 0) - 0 };
  expect(
    found?.shifts.map((shift) => shift && { right: shift.right - from.right, down: shift.down - from.down }),
  ).toEqual(moves);
  const inside = found ? Array.from(shifted(found.marks.mask, from.right, from.down).inside) : [];
  const strokes = inside.map((_, at) => isStroke((at % 96) + 96, Math.floor(at / 96) + 96));
  const covered = strokes.filter((isOne, at) => isOne && inside[at] === 1).length;
  expect(covered / strokes.filter(Boolean).length).toBeGreaterThan(0.9);
});

test('a label that half of the pictures have tells these from the others, and other pictures that have it', () => {
  const place = (i: number) => [60 + (i % 5), 64 + (i % 4)] as const;
  const pictures = Array.from({ length: 20 }, (_, i) =>
    i % 2 === 0 ? photograph(i + 1) : labelled(i + 1, ...place(i)),
  );
  const found = sharedMarks(attended(pictures, cornerMap));
  expect(found?.shifts.map((shift) => shift !== null)).toEqual(pictures.map((_, i) => i % 2 === 1));
  const others = [labelled(41, 58, 61), photograph(42), mirrored(labelled(43, 58, 61)), labelled(44, 62, 66)];
  const where = found ? whereMarksAre(found.marks, others) : [];
  expect(where.map((shift) => shift !== null)).toEqual([true, false, false, true]);
  expect((where[3]?.right ?? 0) - (where[0]?.right ?? 0)).toBe(4);
  expect((where[3]?.down ?? 0) - (where[0]?.down ?? 0)).toBe(5);
});

test('photographs have nothing in common, nor have a few pictures with a mark', () => {
  expect(sharedMarks(attended(Array.from({ length: 10 }, (_, i) => photograph(i + 1))))).toBeNull();
  expect(sharedMarks(attended([1, 2, 3, 4].map((seed) => marked(seed, 0, 0))))).toBeNull();
});

function mirrored({ width, height, pixels }: RgbImage): RgbImage {
  const turned = pixels.map((_, at) => {
    const [row, column, channel] = [Math.floor(at / 3 / width), Math.floor(at / 3) % width, at % 3];
    return pixels[(row * width + width - 1 - column) * 3 + channel] ?? 0;
  });
  return { width, height, pixels: turned };
}
