/** Where small cues lie. */

import type { Random } from '../../../../demo/draw/random.ts';
import { side } from '../picture.ts';

/** Centre of a cue, `x` and `y` in pixels. */
interface Place {
  description: string;
  at(random: Random): { x: number; y: number };
}

const corners = [
  ['in the upper left corner', 0, 0],
  ['in the upper right corner', 1, 0],
  ['in the lower left corner', 0, 1],
  ['in the lower right corner', 1, 1],
] as const;

/** One corner for all pictures of a set, but for a few pixels. `width` and `height` are the cue's own. */
export function pickCorner(random: Random, width: number, height: number): Place {
  const [description, right, below] = random.pick(corners);
  const margin = random.integer(4, 16);
  const x = right === 1 ? side - margin - width / 2 : margin + width / 2;
  const y = below === 1 ? side - margin - height / 2 : margin + height / 2;
  return { description, at: (each) => ({ x: x + each.between(-3, 3), y: y + each.between(-3, 3) }) };
}

/** Another place in every picture, anywhere or in the lower half, where things stand. */
export function pickLoosePlace(random: Random, size: number): Place {
  const lower = random.chance(0.5);
  const least = size / 2 + 4;
  const most = side - least;
  return {
    description: lower ? 'somewhere in the lower half' : 'at a varying place',
    at: (each) => ({
      x: each.between(least, most),
      y: each.between(lower ? Math.max(least, side * 0.55) : least, most),
    }),
  };
}
