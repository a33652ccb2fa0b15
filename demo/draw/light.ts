/** The time of day and the weather: every colour in a picture is seen under one light. */

import { type Colour, hex, mix, multiply } from './colour.ts';
import type { Random } from './random.ts';

export interface Light {
  zenith: Colour;
  middle: Colour;
  horizon: Colour;
  cloud: Colour;
  sun: Colour;
  /** Colour of the light that falls on things. */
  ambient: Colour;
  /** Share of the sky's height between horizon and sun; null when clouds hide it. */
  sunHeight: number | null;
  /** How much of the sky the clouds cover, 0 to 1. */
  cover: number;
  /** Lamps are lit. */
  dark: boolean;
  /** Side that the light comes from: -1 left, 1 right. */
  from: -1 | 1;
}

type Weather = Pick<Light, 'sunHeight' | 'cover' | 'dark'> &
  Record<'zenith' | 'middle' | 'horizon' | 'cloud' | 'sun' | 'ambient', string>;

const weathers: readonly Weather[] = [
  // Clear noon, warm afternoon, golden evening, pink dawn, grey day, storm, nightfall.
  weather('#2a69b0 #5f9fd6 #c4e3ef #ffffff #fffbe6 #ffffff', 0.9, 0.45),
  weather('#2f8fc4 #7fc4dc #e6f0e0 #fffaf0 #fff6d8 #fff6e4', 0.7, 0.35),
  weather('#4f76a6 #c9ae9c #fbc67e #ffe3b8 #fff0c4 #ffd9a6', 0.22, 0.5),
  weather('#6f7fb5 #c6a9c4 #f8c4b8 #ffd9d4 #ffe6d4 #f3d2d2', 0.3, 0.5),
  weather('#8793a0 #aab4bc #cfd5d7 #e4e8ea #ffffff #d3d8dc', null, 0.8),
  weather('#34424f #61727d #a3b3b5 #8d9aa2 #ffffff #a9b5bd', null, 0.75),
  weather('#1b2650 #56518a #e08d68 #b9809a #ffd2a0 #9088b0', 0.1, 0.4, true),
];

/** One of seven weathers with its colours and clouds varied a little. */
export function drawLight(random: Random): Light {
  const chosen = random.pick(weathers);
  const drift: Colour = [random.between(0, 255), random.between(0, 255), random.between(0, 255)];
  const colour = (text: string) => mix(hex(text), drift, 0.06);
  return {
    zenith: colour(chosen.zenith),
    middle: colour(chosen.middle),
    horizon: colour(chosen.horizon),
    cloud: colour(chosen.cloud),
    sun: hex(chosen.sun),
    ambient: colour(chosen.ambient),
    sunHeight: chosen.sunHeight === null ? null : chosen.sunHeight * random.between(0.6, 1.1),
    cover: chosen.cover * random.between(0.5, 1.2),
    dark: chosen.dark,
    from: random.sign(),
  };
}

/** How a thing of this colour looks: under the light, and through the haze of `distance` (0 near, 1 at the horizon). */
export function lit(colour: Colour, light: Light, distance = 0): Colour {
  return mix(multiply(colour, light.ambient), light.horizon, distance);
}

function weather(colours: string, sunHeight: number | null, cover: number, dark = false): Weather {
  const [zenith = '', middle = '', horizon = '', cloud = '', sun = '', ambient = ''] = colours.split(' ');
  return { zenith, middle, horizon, cloud, sun, ambient, sunHeight, cover, dark };
}
