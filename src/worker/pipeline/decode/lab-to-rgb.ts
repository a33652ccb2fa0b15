/**
 * CIE L*a*b* to sRGB with the numbers of Little CMS, with which Pillow converts: a table of 33 x 33 x 33 colours of 16 bits, and between them
 * tetrahedra in fixed point (Little CMS, cmsopt.c and cmsintrp.c). The exact formula differs from it by up to 50 levels where sRGB ends. Of
 * 600,000 random samples 3 are a level off, because Little CMS rounds to float32 in more places.
 */

import { at } from '../../../explain/at.ts';

const side = 33;
const steps = [side * side * 3, side * 3, 3] as const;

/** XYZ under D50 to linear sRGB: the inverse of the primaries of ITU-R BT.709 under D65, adapted by Bradford's matrix. */
const xyzToRgb = [
  [3.13418636423682, -1.6172089589982757, -0.4906940640063843],
  [-0.9787485041906939, 1.9161300967735868, 0.03343339915999556],
  [0.07196392780224675, -0.22899387345320327, 1.4057537328964445],
] as const;

const whiteD50 = [0.9642, 1, 0.8249] as const;

let table: Uint16Array | null = null;

/** @param samples `[pixels, 3]`: L* as 0 to 255 for 0 to 100, a* and b* plus 128 */
export function labToRgb(samples: Uint8Array): Uint8Array {
  table ??= makeTable();
  const colours = table;
  const rgb = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i += 3) {
    const axes = steps.map((step, axis) => place(at(samples, i + axis), step));
    // From the corner nearest to black along the axis with the most left over, then the next, then the last.
    const [first, second, third] = axes.sort((a, b) => b.rest - a.rest);
    if (first === undefined || second === undefined || third === undefined) continue;
    const corner = axes.reduce((sum, { start }) => sum + start, 0);
    const afterFirst = corner + first.step;
    const afterSecond = afterFirst + second.step;
    for (let c = 0; c < 3; c++) {
      const [begin, one, two] = [at(colours, corner + c), at(colours, afterFirst + c), at(colours, afterSecond + c)];
      const end = at(colours, afterSecond + third.step + c);
      const sum = (one - begin) * first.rest + (two - one) * second.rest + (end - two) * third.rest + 0x8001;
      const value = begin + Math.floor((sum + Math.floor(sum / 65_536)) / 65_536);
      rgb[i + c] = Math.floor((value * 65_281 + 8_388_608) / 2 ** 24);
    }
  }
  return rgb;
}

/** Where a sample lies on an axis of the table: before which of its steps, and how far behind that in 65,536ths. */
function place(sample: number, step: number) {
  const scaled = sample * 257 * (side - 1);
  const fixed = scaled + Math.floor((scaled + 0x7fff) / 0xffff);
  const start = Math.floor(fixed / 65_536) * step;
  // There is nothing behind the last.
  return { start, rest: fixed % 65_536, step: sample === 255 ? 0 : step };
}

function makeTable(): Uint16Array {
  const made = new Uint16Array(side ** 3 * 3);
  const share = (i: number) => Math.round((i * 65_535) / (side - 1)) / 65_535;
  for (let l = 0, to = 0; l < side; l++) {
    for (let a = 0; a < side; a++) {
      for (let b = 0; b < side; b++) {
        for (const value of exactRgb(share(l) * 100, share(a) * 255 - 128, share(b) * 255 - 128)) {
          made[to++] = Math.round(value * 65_535);
        }
      }
    }
  }
  return made;
}

/** 0 to 1 for black to white of each channel. */
function exactRgb(l: number, a: number, b: number): number[] {
  const y = (l + 16) / 116;
  const xyz = [y + a / 500, y, y - b / 200].map((value, i) => Math.fround(cubed(value) * at(whiteD50, i)));
  return xyzToRgb.map((row) => {
    const linear = Math.fround(row.reduce((sum, weight, i) => sum + weight * at(xyz, i), 0));
    const value = linear <= 0.04045 / 12.92 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
    return Math.min(Math.max(Math.fround(value), 0), 1);
  });
}

function cubed(value: number): number {
  return value <= 24 / 116 ? (108 / 841) * (value - 16 / 116) : value ** 3;
}
