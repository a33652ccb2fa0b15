import { describe, expect, test } from 'vitest';
import { coverRegions } from '../../src/explore/cover-regions.ts';
import { fills } from '../../src/explore/terms.ts';

const [width, height] = [12, 8];
const region = { left: 3, top: 2, width: 4, height: 3 };
const ground = [124, 116, 104];

/** Red falls from left to right, green from top to bottom; blue is full. */
function gradient(): Uint8Array {
  return Uint8Array.from({ length: height * width * 3 }, (_, at) => {
    const [channel, pixel] = [at % 3, Math.floor(at / 3)];
    return [240 - 20 * (pixel % width), 240 - 30 * Math.floor(pixel / width), 255][channel] ?? 0;
  });
}

function isInside(at: number): boolean {
  const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
  return x >= region.left && x < region.left + region.width && y >= region.top && y < region.top + region.height;
}

describe.each(fills)('%s', (fill) => {
  test('changes the region and nothing else', () => {
    const values = gradient();
    const mark = (3 * width + 4) * 3;
    values.fill(0, mark, mark + 3);
    const before = values.slice();
    coverRegions({ values, width, height, channels: 3 }, { fill, regions: [region], ground });
    const changed = [...values.keys()].filter((at) => values[at] !== before[at]);
    expect(changed).toContain(mark);
    expect(changed.filter((at) => !isInside(at))).toEqual([]);
  });

  test('leaves a picture of the colour of the ground as it is', () => {
    const values = new Uint8Array(height * width * 3).fill(90);
    coverRegions({ values, width, height, channels: 3 }, { fill, regions: [region], ground: [90, 90, 90] });
    expect(new Set(values)).toEqual(new Set([90]));
  });

  test.each([
    ['outside of the picture', { left: 12, top: 0, width: 5, height: 5 }],
    ['all of the picture', { left: 0, top: 0, width: 40, height: 40 }],
  ])('refuses %s', (text, whole) => {
    const picture = { values: gradient(), width, height, channels: 3 };
    expect(() => coverRegions(picture, { fill, regions: [whole], ground })).toThrow(text);
  });
});

test('grey is the ground, channel by channel', () => {
  const values = gradient();
  coverRegions({ values, width, height, channels: 3 }, { fill: 'grey', regions: [region], ground });
  const first = (region.top * width + region.left) * 3;
  expect([...values.subarray(first, first + 3)]).toEqual(ground);
});

test('inpaint continues what is around the hole', () => {
  const values = gradient();
  coverRegions({ values, width, height, channels: 3 }, { fill: 'inpaint', regions: [region], ground });
  const error = values.map((value, at) => Math.abs(value - (gradient()[at] ?? 0)));
  expect(Math.max(...error)).toBeLessThanOrEqual(2);
});

test('bands are floats, which stay fractions', () => {
  const values = Float32Array.from({ length: height * width * 2 }, (_, at) => at / 7);
  const before = values.slice();
  coverRegions({ values, width, height, channels: 2 }, { fill: 'grey', regions: [region], ground: [0.25, 300.5] });
  const first = (region.top * width + region.left) * 2;
  expect([...values.subarray(first, first + 2)]).toEqual([0.25, 300.5]);
  expect(values[0]).toBe(before[0]);
});
