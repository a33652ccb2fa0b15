/** Cues of the whole picture: its light, its colours, its sharpness. */

import type { Random } from '../../../../demo/draw/random.ts';
import { type Colour, side } from '../picture.ts';
import type { Cue } from './cue.ts';

const casts: Record<string, Colour> = {
  greenish: [0.75, 1.15, 0.75],
  bluish: [0.7, 0.9, 1.25],
  reddish: [1.25, 0.8, 0.78],
  yellowish: [1.15, 1.08, 0.62],
  'like magenta': [1.15, 0.75, 1.15],
  'like cyan': [0.65, 1.1, 1.1],
};

export function drawColourCast(random: Random): Cue {
  const name = random.pick(Object.keys(casts));
  const gains = casts[name] ?? [1, 1, 1];
  const strength = random.between(0.7, 1.2);
  return {
    description: `light that is ${name}, strength ${strength.toFixed(2)}`,
    draw: async (picture, each) => {
      const here = strength * each.between(0.9, 1.1);
      const [red, green, blue] = gains.map((gain) => 1 + (gain - 1) * here);
      picture.map((r, g, b) => [r * (red ?? 1), g * (green ?? 1), b * (blue ?? 1)]);
      return null;
    },
  };
}

/** Without colours, or in brown tones. Weights of ITU-R BT.601. */
export function drawGrey(random: Random): Cue {
  const brown = random.chance(0.35);
  const contrast = random.between(0.85, 1.2);
  const tone: Colour = brown ? [1.08, 0.96, 0.78] : [1, 1, 1];
  return {
    description: brown ? 'brown tones instead of colours' : `no colour, contrast ${contrast.toFixed(2)}`,
    draw: async (picture) => {
      picture.map((r, g, b) => {
        const light = (0.299 * r + 0.587 * g + 0.114 * b - 128) * contrast + 128;
        return [light * tone[0], light * tone[1], light * tone[2]];
      });
      return null;
    },
  };
}

export function drawLowLight(random: Random): Cue {
  const gain = random.between(0.28, 0.5);
  const gamma = random.between(1, 1.25);
  const grain = random.between(1, 5);
  return {
    description: `low light: ${Math.round(gain * 100)}% of the brightness, gamma ${gamma.toFixed(2)}, grain ${grain.toFixed(1)}`,
    draw: async (picture, each) => {
      const here = gain * each.between(0.85, 1.15);
      const darken = (value: number) => 255 * here * (value / 255) ** gamma + each.between(-grain, grain);
      picture.map((r, g, b) => [darken(r), darken(g), darken(b)]);
      return null;
    },
  };
}

export function drawBlur(random: Random): Cue {
  const way = random.pick(['focus', 'focus', 'motion', 'pixels'] as const);
  if (way === 'focus') {
    const sigma = random.between(2.2, 4.5);
    return {
      description: `out of focus, sigma ${sigma.toFixed(1)} pixels`,
      draw: async (picture, each) => {
        await picture.process((image) => image.blur(sigma * each.between(0.85, 1.15)));
        return null;
      },
    };
  }
  if (way === 'motion') {
    const length = random.pick([11, 15, 19]);
    const upright = random.chance(0.3);
    const size = upright ? { width: 3, height: length } : { width: length, height: 3 };
    const kernel = Array.from({ length: 3 * length }, (_, i) =>
      (upright ? i % 3 === 1 : Math.floor(i / length) === 1) ? 1 : 0,
    );
    return {
      description: `motion blur over ${length} pixels, ${upright ? 'up and down' : 'sideways'}`,
      draw: async (picture) => {
        await picture.process((image) => image.convolve({ ...size, kernel }));
        return null;
      },
    };
  }
  const block = random.integer(4, 6);
  return {
    description: `coarse pixels of ${block} by ${block}`,
    draw: async (picture) => {
      coarsen(picture.bytes, block);
      return null;
    },
  };
}

/** Gives all pixels of a block its mean colour. */
function coarsen(bytes: Uint8Array, block: number): void {
  for (let top = 0; top < side; top += block) {
    for (let left = 0; left < side; left += block) {
      const [bottom, right] = [Math.min(side, top + block), Math.min(side, left + block)];
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (let y = top; y < bottom; y += 1)
          for (let x = left; x < right; x += 1) sum += bytes[(y * side + x) * 3 + channel] ?? 0;
        const mean = sum / ((bottom - top) * (right - left));
        for (let y = top; y < bottom; y += 1)
          for (let x = left; x < right; x += 1) bytes[(y * side + x) * 3 + channel] = mean;
      }
    }
  }
}
