/** Colours of cues. */

import type { Random } from '../../../../demo/draw/random.ts';
import type { Colour } from '../picture.ts';

const named: Record<string, Colour> = {
  white: [250, 250, 250],
  black: [15, 15, 15],
  red: [205, 35, 40],
  orange: [240, 130, 25],
  yellow: [245, 215, 50],
  green: [40, 150, 65],
  teal: [25, 150, 160],
  blue: [35, 75, 190],
  purple: [120, 50, 150],
  pink: [235, 110, 165],
  brown: [120, 75, 40],
  grey: [128, 128, 128],
};

export interface NamedColour {
  name: string;
  colour: Colour;
}

export function pickColour(random: Random, names: readonly string[] = Object.keys(named)): NamedColour {
  const name = random.pick(names);
  return { name, colour: named[name] ?? [128, 128, 128] };
}

/** Two colours that stand out from each other. */
export function pickPair(random: Random): [NamedColour, NamedColour] {
  const light = pickColour(random, ['white', 'yellow', 'pink', 'orange']);
  const dark = pickColour(random, ['black', 'red', 'green', 'teal', 'blue', 'purple', 'brown']);
  return random.chance(0.5) ? [light, dark] : [dark, light];
}
