/** Short forms for the pieces of SVG that the drawings are made of. */

import { type Colour, css } from './colour.ts';

/** Side of every picture in pixels; also the side of the SVG's own coordinates. */
export const side = 256;

export interface Point {
  x: number;
  y: number;
}

/** A coordinate with two decimals: the same text on every platform. */
export function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** `attributes` of numbers and strings as SVG writes them. */
export function element(name: string, attributes: Record<string, string | number>, content = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? number(value) : value}"`)
    .join('');
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A closed polygon. */
export function polygon(points: readonly Point[], attributes: Record<string, string | number>): string {
  return element('polygon', { points: points.map((p) => `${number(p.x)},${number(p.y)}`).join(' '), ...attributes });
}

/** Path text with its numbers rounded: path`M ${x} ${y} Z`. */
export function path(parts: TemplateStringsArray, ...values: number[]): string {
  return parts.map((part, i) => part + (i < values.length ? number(values[i] ?? 0) : '')).join('');
}

export type Stop = [offset: number, colour: Colour, opacity?: number];

/** A linear gradient across the shape that uses it: `vertical` from top to bottom, `horizontal` from left to right. */
export function linearGradient(id: string, direction: 'vertical' | 'horizontal', stops: readonly Stop[]): string {
  const end = direction === 'vertical' ? { x2: 0, y2: 1 } : { x2: 1, y2: 0 };
  return element('linearGradient', { id, x1: 0, y1: 0, ...end }, stopList(stops));
}

/** A radial gradient in the picture's own coordinates. */
export function radialGradient(id: string, centre: Point, radius: number, stops: readonly Stop[]): string {
  const place = { cx: centre.x, cy: centre.y, r: radius, gradientUnits: 'userSpaceOnUse' };
  return element('radialGradient', { id, ...place }, stopList(stops));
}

/** A Gaussian blur whose region is large enough for soft edges. */
export function blur(id: string, deviation: number): string {
  const region = { x: '-50%', y: '-50%', width: '200%', height: '200%' };
  return element('filter', { id, ...region }, element('feGaussianBlur', { stdDeviation: deviation }));
}

/**
 * Fractal noise of one colour: opacity is `gain * noise + offset`, with noise mostly between 0.3 and 0.7.
 * Low frequencies along x and higher ones along y give clouds and waves.
 */
export function noise(
  id: string,
  settings: { x: number; y: number; octaves: number; seed: number; colour: Colour; gain: number; offset: number },
): string {
  const { colour, gain, offset } = settings;
  const rows = colour.map((channel) => `0 0 0 0 ${number(channel / 255)}`).join(' ');
  const turbulence = element('feTurbulence', {
    type: 'fractalNoise',
    baseFrequency: `${settings.x} ${settings.y}`,
    numOctaves: settings.octaves,
    seed: settings.seed,
  });
  const matrix = element('feColorMatrix', {
    'color-interpolation-filters': 'sRGB',
    values: `${rows} ${number(gain)} 0 0 0 ${number(offset)}`,
  });
  const clip = element('feComposite', { in2: 'SourceAlpha', operator: 'in' });
  return element('filter', { id, x: 0, y: 0, width: '100%', height: '100%' }, turbulence + matrix + clip);
}

function stopList(stops: readonly Stop[]): string {
  return stops
    .map(([offset, colour, opacity]) =>
      element('stop', {
        offset,
        'stop-color': css(colour),
        ...(opacity === undefined ? {} : { 'stop-opacity': opacity }),
      }),
    )
    .join('');
}
