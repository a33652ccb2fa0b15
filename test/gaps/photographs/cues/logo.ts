/** A small, opaque logo in a corner, as stations and shops put on pictures. */

import type { Random } from '../../../../demo/draw/random.ts';
import { cssOf } from '../picture.ts';
import { pickPair } from './colours.ts';
import type { Cue } from './cue.ts';
import { pickCorner } from './places.ts';

/** Shapes in a box from -1 to 1, in a first and a second colour. */
const logos: Record<string, (first: string, second: string, letter: string) => string> = {
  roundel: (first, second) =>
    `<circle r="0.95" fill="${first}"/><circle r="0.6" fill="${second}"/><rect x="-1" y="-0.18" width="2" height="0.36" fill="${first}"/>`,
  'letter in a box': (first, second, letter) =>
    `<rect x="-1" y="-1" width="2" height="2" rx="0.3" fill="${first}"/><text y="0.55" font-size="1.6" font-family="sans-serif" font-weight="bold" text-anchor="middle" fill="${second}">${letter}</text>`,
  shield: (first, second) =>
    `<path d="M-0.85-0.95H0.85V0.1Q0.85 0.7 0 1Q-0.85 0.7-0.85 0.1Z" fill="${first}"/><path d="M-0.85-0.1L0.85-0.6V-0.1L-0.85 0.4Z" fill="${second}"/>`,
  star: (first, second) =>
    `<circle r="1" fill="${first}"/><path d="M0-0.85L0.22-0.28L0.82-0.26L0.35 0.12L0.5 0.7L0 0.36L-0.5 0.7L-0.35 0.12L-0.82-0.26L-0.22-0.28Z" fill="${second}"/>`,
  'three bars': (first, second) =>
    `<rect x="-1" y="-1" width="2" height="2" fill="${second}"/><rect x="-0.8" y="-0.1" width="0.4" height="0.9" fill="${first}"/><rect x="-0.2" y="-0.5" width="0.4" height="1.3" fill="${first}"/><rect x="0.4" y="-0.85" width="0.4" height="1.65" fill="${first}"/>`,
};

export function drawLogo(random: Random): Cue {
  const shape = random.pick(Object.keys(logos));
  const [first, second] = pickPair(random);
  const letter = random.pick(['A', 'G', 'K', 'M', 'R', 'X', '7']);
  const size = random.integer(36, 64);
  const corner = pickCorner(random, size, size);
  const elements = logos[shape]?.(cssOf(first.colour), cssOf(second.colour), letter) ?? '';
  return {
    description: `a logo (${shape}, ${first.name} and ${second.name}, ${size} pixels) ${corner.description}`,
    draw: async (picture, each) => {
      const { x, y } = corner.at(each);
      await picture.paint(`<g transform="translate(${x} ${y}) scale(${size / 2})">${elements}</g>`);
      return { x: x - size / 2, y: y - size / 2, width: size, height: size };
    },
  };
}
