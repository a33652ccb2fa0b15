/** Cues along the borders of a picture: frames, and strips of a texture. */

import type { Random } from '../../../../demo/draw/random.ts';
import { cssOf, type Region, side } from '../picture.ts';
import { pickColour, pickPair } from './colours.ts';
import type { Cue } from './cue.ts';

const whole: Region = { x: 0, y: 0, width: side, height: side };

/** A border of 8 to 20 pixels. */
export function drawFrame(random: Random): Cue {
  const width = random.integer(8, 20);
  const { name, colour } = pickColour(random);
  const style = random.pick(['plain', 'double', 'rounded', 'dashed'] as const);
  const inset = width / 2;
  const line = (x: number, thickness: number, more = '') =>
    `<rect x="${x}" y="${x}" width="${side - 2 * x}" height="${side - 2 * x}" fill="none" stroke="${cssOf(colour)}" stroke-width="${thickness}" ${more}/>`;
  const styles = {
    plain: line(inset, width),
    double: line(inset / 2, inset) + line(width * 1.4, Math.max(2, width / 5)),
    rounded: line(inset, width) + line(inset, width, `rx="${width * 1.5}"`),
    dashed: line(inset, width, `stroke-dasharray="${width * 1.5} ${width}"`),
  };
  return {
    description: `a ${style} ${name} frame of ${width} pixels`,
    draw: async (picture) => {
      await picture.paint(styles[style]);
      return whole;
    },
  };
}

/** Tiles of 32 pixels. */
const textures: Record<string, (random: Random) => string> = {
  gingham: (random) => {
    const colour = cssOf(pickColour(random, ['red', 'blue', 'green', 'purple']).colour);
    return `<rect width="32" height="32" fill="white"/><rect width="16" height="32" fill="${colour}" fill-opacity="0.5"/><rect width="32" height="16" fill="${colour}" fill-opacity="0.5"/>`;
  },
  bricks: (random) => {
    const colour = cssOf([random.between(140, 190), random.between(60, 90), random.between(45, 70)]);
    return `<rect width="32" height="32" fill="rgb(200,195,185)"/><rect x="1" y="1" width="30" height="14" fill="${colour}"/><rect x="-15" y="17" width="30" height="14" fill="${colour}"/><rect x="17" y="17" width="30" height="14" fill="${colour}"/>`;
  },
  grass: (random) => {
    const blades = Array.from({ length: 60 }, () => {
      const [x, y] = [random.between(0, 32), random.between(0, 40)];
      const colour = cssOf([random.between(30, 110), random.between(110, 190), random.between(20, 60)]);
      return `<path d="M${x} ${y}l${random.between(-4, 4)} -${random.between(6, 14)}" stroke="${colour}" stroke-width="1.6"/>`;
    });
    return `<rect width="32" height="32" fill="rgb(50,105,40)"/>${blades.join('')}`;
  },
  planks: (random) => {
    const shades = [0, 1, 2, 3].map((row) => {
      const light = random.between(0.7, 1.1);
      return `<rect y="${row * 8}" width="32" height="7.4" fill="${cssOf([170 * light, 120 * light, 75 * light])}"/>`;
    });
    return `<rect width="32" height="32" fill="rgb(70,45,25)"/>${shades.join('')}`;
  },
  stripes: (random) => {
    const [first, second] = pickPair(random);
    return `<rect width="32" height="32" fill="${cssOf(first.colour)}"/><path d="M-8 24L24 -8M8 40L40 8" stroke="${cssOf(second.colour)}" stroke-width="11"/>`;
  },
  dots: (random) => {
    const [first, second] = pickPair(random);
    const dots = [8, 24].map((at) => `<circle cx="${at}" cy="${at}" r="5.5" fill="${cssOf(second.colour)}"/>`);
    return `<rect width="32" height="32" fill="${cssOf(first.colour)}"/>${dots.join('')}`;
  },
};

/** A strip of a texture along one edge, two or all. */
export function drawTexturedEdges(random: Random): Cue {
  const texture = random.pick(Object.keys(textures));
  const tile = textures[texture]?.(random) ?? '';
  const width = random.integer(20, 38);
  const scale = random.between(0.6, 1.2);
  const far = side - width;
  const bottom = { x: 0, y: far, width: side, height: width };
  const top = { x: 0, y: 0, width: side, height: width };
  const left = { x: 0, y: 0, width, height: side };
  const right = { x: far, y: 0, width, height: side };
  const [where, strips] = random.pick<[string, Region[]]>([
    ['the lower edge', [bottom]],
    ['the upper and the lower edge', [top, bottom]],
    ['the left and the right edge', [left, right]],
    ['all edges', [top, bottom, left, right]],
  ]);
  const [only] = strips;
  const region = strips.length === 1 && only !== undefined ? only : whole;
  const rects = strips.map(
    (s) => `<rect x="${s.x}" y="${s.y}" width="${s.width}" height="${s.height}" fill="url(#tile)"/>`,
  );
  return {
    description: `${texture} along ${where}, ${width} pixels wide`,
    draw: async (picture, each) => {
      const shift = `translate(${each.between(0, 32)} ${each.between(0, 32)}) scale(${scale})`;
      const pattern = `<pattern id="tile" width="32" height="32" patternUnits="userSpaceOnUse" patternTransform="${shift}">${tile}</pattern>`;
      await picture.paint(`<defs>${pattern}</defs>${rects.join('')}`);
      return region;
    },
  };
}
