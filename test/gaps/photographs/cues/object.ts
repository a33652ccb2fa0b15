/** A small drawn thing in the picture. */

import type { Random } from '../../../../demo/draw/random.ts';
import { cssOf } from '../picture.ts';
import { pickColour, pickPair } from './colours.ts';
import type { Cue } from './cue.ts';
import { pickCorner, pickLoosePlace } from './places.ts';

/** Things in a box from -1 to 1. */
const things: Record<string, (random: Random) => string> = {
  'traffic cone': (random) => {
    const colour = cssOf(pickColour(random, ['orange', 'red', 'yellow']).colour);
    return `<path d="M-0.14-0.95H0.14L0.6 0.75H-0.6Z" fill="${colour}"/><path d="M-0.3-0.35H0.3L0.4 0.05H-0.4Z" fill="white"/><rect x="-0.9" y="0.72" width="1.8" height="0.24" rx="0.08" fill="${colour}"/>`;
  },
  'price tag': (random) => {
    const [ground, ink] = pickPair(random);
    return `<path d="M-0.95 0L-0.5-0.55H0.95V0.55H-0.5Z" fill="${cssOf(ground.colour)}" stroke="rgb(60,60,60)" stroke-width="0.05"/><circle cx="-0.55" r="0.12" fill="rgb(60,60,60)"/><text x="0.25" y="0.22" font-size="0.62" font-family="sans-serif" font-weight="bold" text-anchor="middle" fill="${cssOf(ink.colour)}">${random.integer(2, 9)}.99</text>`;
  },
  'smiling sticker': (random) => {
    const colour = cssOf(pickColour(random, ['yellow', 'pink', 'orange', 'green']).colour);
    return `<circle r="0.95" fill="${colour}" stroke="black" stroke-width="0.06"/><circle cx="-0.35" cy="-0.25" r="0.13"/><circle cx="0.35" cy="-0.25" r="0.13"/><path d="M-0.5 0.2Q0 0.8 0.5 0.2" fill="none" stroke="black" stroke-width="0.11"/>`;
  },
  ball: (random) => {
    const [first, second] = pickPair(random);
    return `<circle r="0.95" fill="${cssOf(first.colour)}"/><path d="M-0.95 0A0.95 0.95 0 0 1 0.95 0Q0 0.5-0.95 0" fill="${cssOf(second.colour)}"/><circle cx="-0.3" cy="-0.45" r="0.16" fill="white" fill-opacity="0.7"/>`;
  },
  'playing card': (random) => {
    const ink = cssOf(pickColour(random, ['red', 'black']).colour);
    return `<rect x="-0.68" y="-0.95" width="1.36" height="1.9" rx="0.12" fill="white" stroke="rgb(90,90,90)" stroke-width="0.05"/><path d="M0-0.5L0.36 0L0 0.5L-0.36 0Z" fill="${ink}"/><text x="-0.46" y="-0.5" font-size="0.42" font-family="serif" text-anchor="middle" fill="${ink}">${random.pick(['7', 'A', 'K'])}</text>`;
  },
  flower: (random) => {
    const petals = cssOf(pickColour(random, ['pink', 'purple', 'white', 'red', 'blue']).colour);
    const around = [0, 60, 120, 180, 240, 300].map(
      (angle) => `<ellipse cy="-0.58" rx="0.27" ry="0.38" fill="${petals}" transform="rotate(${angle})"/>`,
    );
    return `${around.join('')}<circle r="0.3" fill="rgb(240,200,40)"/>`;
  },
  ruler: (random) => {
    const colour = cssOf(pickColour(random, ['yellow', 'white', 'orange']).colour);
    const ticks = [-0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8].map(
      (x, i) => `<path d="M${x}-0.28V${i % 2 === 0 ? 0.1 : -0.08}" stroke="black" stroke-width="0.05"/>`,
    );
    return `<rect x="-1" y="-0.28" width="2" height="0.56" fill="${colour}"/>${ticks.join('')}`;
  },
};

export function drawObject(random: Random): Cue {
  const name = random.pick(Object.keys(things));
  const elements = things[name]?.(random) ?? '';
  const size = random.integer(50, 84);
  const fixed = random.chance(0.35);
  const place = fixed ? pickCorner(random, size, size) : pickLoosePlace(random, size);
  const turn = random.pick([0, 10, 30]);
  return {
    description: `a ${name} of ${size} pixels ${place.description}`,
    draw: async (picture, each) => {
      const { x, y } = place.at(each);
      const here = size * (fixed ? 1 : each.between(0.85, 1.15));
      const placed = `translate(${x} ${y}) rotate(${each.between(-turn, turn)}) scale(${here / 2})`;
      await picture.paint(`<g transform="${placed}">${elements}</g>`);
      return { x: x - here / 2, y: y - here / 2, width: here, height: here };
    },
  };
}
