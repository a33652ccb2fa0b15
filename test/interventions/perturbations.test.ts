import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { uniformNumbers } from '../../src/explain/random-numbers.ts';
import { covered, coverings } from '../../src/interventions/fill.ts';
import { borderOf, brightRegion, maskOf, otherPlaces } from '../../src/interventions/mask.ts';
import { colour } from '../../src/interventions/statistics/colour.ts';
import { contrast } from '../../src/interventions/statistics/contrast.ts';
import { light } from '../../src/interventions/statistics/light.ts';
import { pixelation } from '../../src/interventions/statistics/pixelation.ts';
import { saturation } from '../../src/interventions/statistics/saturation.ts';
import { softened } from '../../src/interventions/statistics/soften.ts';
import { lumaOf } from '../../src/interventions/statistics/statistic.ts';
import { statistics } from '../../src/interventions/statistics/statistics.ts';
import { transplanted } from '../../src/interventions/transplant.ts';
import type { RgbImage } from '../../src/shared/picture/raster.ts';

const size = { width: 60, height: 48 };

/** Smooth shapes with some grain, in colours. */
function picture(seed: number) {
  const random = uniformNumbers(seed);
  const [a, b, c] = [random() * 6, random() * 6, random() * 6];
  const pixels = new Uint8Array(size.width * size.height * 3);
  for (let y = 0, at = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      for (const phase of [a, b, c]) {
        pixels[at] = 120 + 60 * Math.sin(x / 9 + phase) * Math.cos(y / 7 - phase) + 12 * (random() - 0.5);
        at += 1;
      }
    }
  }
  return { ...size, pixels };
}

const corner = maskOf(size, (x, y) => x >= 40 && y >= 30);

describe('covering', () => {
  test.each(coverings)('%s leaves every pixel outside of the region as it is', (covering) => {
    const before = picture(1);
    const after = covered(before, corner, covering);
    const changed = new Set<number>();
    after.pixels.forEach((value, at) => {
      if (value !== before.pixels[at]) changed.add(Math.floor(at / 3));
    });
    expect(changed.size).toBeGreaterThan(corner.count / 2);
    expect([...changed].every((pixel) => corner.inside[pixel] === 1)).toBe(true);
  });

  test.each(coverings)('%s of one colour is that colour, in a border as in a corner', (covering) => {
    const plain = { ...size, pixels: new Uint8Array(size.width * size.height * 3).fill(77) };
    for (const mask of [corner, borderOf(size, 0.1)])
      expect(covered(plain, mask, covering).pixels).toEqual(plain.pixels);
  });

  test('what lies around a region flows into it: a white mark on black is gone', () => {
    const marked = { ...size, pixels: new Uint8Array(size.width * size.height * 3) };
    corner.inside.forEach((inside, pixel) => {
      marked.pixels.fill(inside * 255, pixel * 3, pixel * 3 + 3);
    });
    expect(covered(marked, corner, 'surroundings').pixels.every((value) => value === 0)).toBe(true);
  });
});

test('a transplant is the donor inside of the region and the recipient outside', () => {
  const [recipient, donor] = [picture(1), picture(2)];
  const { pixels } = transplanted(recipient, donor, corner);
  corner.inside.forEach((inside, pixel) => {
    const from = inside === 1 ? donor : recipient;
    expect(pixels[pixel * 3 + 1]).toBe(from.pixels[pixel * 3 + 1]);
  });
});

describe('regions', () => {
  test('the bright part of a map is found, and never more of the picture than is allowed', () => {
    const values = new Array<number>(64).fill(0).map((_, cell) => (cell === 63 ? 1 : 0));
    const found = brightRegion({ width: 8, height: 8, values }, size, { least: 0.5, most: 0.1 });
    expect(found?.inside[size.width * size.height - 1]).toBe(1);
    expect(found?.inside[0]).toBe(0);
    expect(found?.count).toBeLessThanOrEqual(0.1 * size.width * size.height);
  });

  test('a map that shows nothing, or all alike, has no bright part', () => {
    const limits = { least: 0.5, most: 0.1 };
    for (const value of [0, -1, 3]) {
      expect(brightRegion({ width: 8, height: 8, values: new Array(64).fill(value) }, size, limits)).toBeNull();
    }
  });

  test.each([
    ['in a corner', corner],
    ['in the middle', maskOf(size, (x, y) => Math.abs(x - 30) < 8 && Math.abs(y - 24) < 8)],
  ])('a region %s has as many pixels at other places, and few of them its own', (_, mask) => {
    for (const other of otherPlaces(mask)) {
      expect(other.count).toBe(mask.count);
      const shared = other.inside.filter((inside, at) => inside === 1 && mask.inside[at] === 1).length;
      expect(shared).toBeLessThanOrEqual(0.2 * mask.count);
    }
  });
});

describe('statistics', () => {
  const gradual = statistics.filter(({ isPresence }) => isPresence !== true);
  test.each(gradual.map((statistic) => [statistic.name, statistic] as const))(
    'a picture moved to the %s of another has it',
    (_, statistic) => {
      for (const seed of [3, 5, 7]) {
        const own = statistic.measure(picture(seed));
        const wanted = own.map((value) => value * 0.8);
        const moved = statistic.measure(statistic.moved(picture(seed), wanted));
        moved.forEach((value, i) => {
          const [from = 0, to = 0] = [own[i], wanted[i]];
          expect(Math.abs(value - to)).toBeLessThan(0.25 * Math.abs(from - to) + 0.02);
        });
      }
    },
  );

  test('brown tones have no more colours than grey ones', () => {
    const coloured = picture(5);
    const tinted = (gains: readonly number[]) => {
      const pixels = Uint8Array.from(coloured.pixels, (_, at) =>
        Math.min(255, Math.round(lumaOf(coloured.pixels, at - (at % 3)) * (gains[at % 3] ?? 1))),
      );
      return saturation.measure({ ...coloured, pixels })[0];
    };
    expect(saturation.measure(coloured)[0]).toBeGreaterThan(10);
    expect(tinted([1, 1, 1])).toBeLessThan(1);
    expect(tinted([1.12, 0.95, 0.7])).toBeLessThan(2);
  });

  test('moved to several statistics of another in their order, a picture has each of them', () => {
    const [own, other] = [picture(3), picture(7)];
    const dimmed = {
      ...other,
      pixels: other.pixels.map((value, at) => (60 + 0.5 * value) * ([1.1, 1, 0.8][at % 3] ?? 1)),
    };
    const look = [light, contrast, colour, saturation];
    expect(look).toEqual(statistics.filter((statistic) => look.includes(statistic)));
    const moved = look.reduce<RgbImage>(
      (picture, statistic) => statistic.moved(picture, statistic.measure(dimmed)),
      own,
    );
    for (const statistic of look) {
      const [before, wanted, after] = [own, dimmed, moved].map((one) => statistic.measure(one));
      wanted?.forEach((to, i) => {
        const [from = 0, is = 0] = [before?.[i], after?.[i]];
        expect(Math.abs(is - to)).toBeLessThan(0.1 * Math.abs(from - to) + 0.02 * Math.abs(to) + 0.01);
      });
    }
  });

  test('a blur has the deviation that it is asked for', () => {
    const side = 61;
    for (const deviation of [0.7, 1.5, 3.3]) {
      const point = new Float64Array(side * side);
      point[30 * side + 30] = 1;
      const blurred = softened(point, side, side, deviation);
      const variance = blurred.reduce((sum, value, at) => sum + value * ((at % side) - 30) ** 2, 0);
      expect(variance).toBeCloseTo(deviation ** 2, 6);
    }
  });
});

describe('coarse pixels', () => {
  const large = { width: 150, height: 120 };
  /** Smooth shapes with grain, as `picture`, larger. */
  function plain(seed: number) {
    const random = uniformNumbers(seed);
    const [a, b] = [random() * 6, random() * 6];
    const pixels = Uint8Array.from({ length: large.width * large.height * 3 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % large.width, Math.floor(at / 3 / large.width)];
      return 120 + 60 * Math.sin(x / 9 + a) * Math.cos(y / 7 - b) + 20 * (random() - 0.5);
    });
    return { ...large, pixels };
  }

  test.each([3, 5.25, 8, 17])('of %d pixels are found where a picture has them, and not before', (side) => {
    for (const seed of [1, 2, 3]) {
      const before = plain(seed);
      expect(pixelation.measure(before)).toEqual([1]);
      const [found = 0] = pixelation.measure(pixelation.moved(before, [side]));
      expect(Math.abs(found / side - 1)).toBeLessThan(0.04);
    }
  });

  test('are found after the picture was made smaller with them', async () => {
    const coarse = pixelation.moved(plain(4), [8]);
    const { data } = await sharp(coarse.pixels, { raw: { ...large, channels: 3 } })
      .resize(120, 96, { kernel: 'linear', fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const [found = 0] = pixelation.measure({ width: 120, height: 96, pixels: new Uint8Array(data) });
    expect(found).toBeCloseTo(6.4, 0);
  });

  test('are no fence, which has a grid along one axis alone', () => {
    const fence = plain(5);
    const pixels = fence.pixels.map((value, at) => (Math.floor(at / 3) % 8 < 3 ? value / 3 : value));
    expect(pixelation.measure({ ...fence, pixels })).toEqual([1]);
  });

  test('each keep the mean colour of what they stand for', () => {
    const before = plain(6);
    const after = pixelation.moved(before, [10]);
    const meanOf = (pixels: Uint8Array) => pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    expect(meanOf(after.pixels)).toBeCloseTo(meanOf(before.pixels), 0);
    expect(new Set(Array.from({ length: 10 }, (_, x) => after.pixels[x * 3])).size).toBe(1);
  });
});
