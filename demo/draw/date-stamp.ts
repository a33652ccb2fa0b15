/** The mark: the date that an old compact camera burns into the lower right corner of its pictures. */

import { css, hex, mix } from './colour.ts';
import type { Random } from './random.ts';
import { blur, element, path, side } from './svg.ts';

/** Pixels of the picture, origin top left. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface DateStamp {
  svg: string;
  /** What the digits and their glow cover. */
  box: Box;
}

/** Segments lit for each digit, in the usual order a to g (top, upper right, lower right, bottom, lower left, upper left, middle). */
const segments: Record<string, string> = {
  '0': 'abcdef',
  '1': 'bc',
  '2': 'abged',
  '3': 'abgcd',
  '4': 'fgbc',
  '5': 'afgcd',
  '6': 'afgedc',
  '7': 'abc',
  '8': 'abcdefg',
  '9': 'abcdfg',
};

/** How far the light of the digits spreads into the film, in pixels. */
const glow = 6;

/** A random day of the nineties, as in `'94 7 21`. */
export function drawDateStamp(random: Random): DateStamp {
  const text = `'${random.integer(90, 99)} ${random.integer(1, 12)} ${random.integer(1, 28)}`;
  const height = random.between(15, 18);
  const digit = height * 0.56;
  const advance = (character: string) => (/\d/.test(character) ? digit * 1.36 : digit * 0.75);
  const width = [...text].reduce((sum, character) => sum + advance(character), 0) - digit * 0.36;
  // Inside the part that the model sees: the centre crop leaves out about 16 pixels at each side.
  const x = side - random.between(23, 30) - width;
  const y = side - random.between(23, 30) - height;
  let lines = '';
  let at = x;
  for (const character of text) {
    if (character === "'") lines += path`M ${at + digit * 0.35} ${y} l ${-digit * 0.15} ${height * 0.22} `;
    for (const segment of segments[character] ?? '') lines += drawSegment(segment, at, y, digit, height);
    at += advance(character);
  }
  const colour = mix(hex('#ff7a1c'), hex('#ffb52e'), random.next());
  const stroke = { d: lines, fill: 'none', 'stroke-linecap': 'round' };
  const svg =
    blur('stamp-glow', 1.8) +
    blur('stamp-edge', 0.35) +
    element('path', {
      ...stroke,
      stroke: css(hex('#ff3c00')),
      'stroke-width': height * 0.26,
      filter: 'url(#stamp-glow)',
      opacity: 0.75,
    }) +
    element('path', { ...stroke, stroke: css(colour), 'stroke-width': height * 0.135, filter: 'url(#stamp-edge)' });
  return { svg, box: { x: x - glow, y: y - glow, width: width + 2 * glow, height: height + 2 * glow } };
}

function drawSegment(segment: string, x: number, y: number, width: number, height: number): string {
  const [right, middle, bottom] = [x + width, y + height / 2, y + height];
  const gap = height * 0.07;
  switch (segment) {
    case 'a':
      return path`M ${x + gap} ${y} H ${right - gap} `;
    case 'b':
      return path`M ${right} ${y + gap} V ${middle - gap} `;
    case 'c':
      return path`M ${right} ${middle + gap} V ${bottom - gap} `;
    case 'd':
      return path`M ${x + gap} ${bottom} H ${right - gap} `;
    case 'e':
      return path`M ${x} ${middle + gap} V ${bottom - gap} `;
    case 'f':
      return path`M ${x} ${y + gap} V ${middle - gap} `;
    default:
      return path`M ${x + gap} ${middle} H ${right - gap} `;
  }
}
