import { type Colour, css, hex } from './colour.ts';
import { type Light, lit } from './light.ts';
import type { Random } from './random.ts';
import { element, linearGradient, type Point, path, radialGradient } from './svg.ts';

/** A hot-air balloon; `centre` is the middle of its envelope, `height` from its crown to its basket, in pixels. */
export function drawBalloon(random: Random, light: Light, centre: Point, height: number, id = 'balloon'): string {
  const radius = height * 0.38;
  const { x, y } = centre;
  const mouth = y + height * 0.47;
  const throat = radius * 0.24;
  const outline = path`M ${x - throat} ${mouth} C ${x - radius * 0.6} ${y + radius * 0.85} ${x - radius} ${y + radius * 0.5} ${x - radius} ${y} A ${radius} ${radius} 0 0 1 ${x + radius} ${y} C ${x + radius} ${y + radius * 0.5} ${x + radius * 0.6} ${y + radius * 0.85} ${x + throat} ${mouth} Z`;
  const clip = element('clipPath', { id: `${id}-outline` }, element('path', { d: outline }));
  const shine = { x: x + light.from * radius * 0.45, y: y - radius * 0.4 };
  const shading = radialGradient(`${id}-shine`, shine, radius * 2, [
    [0, [255, 255, 255], 0.45],
    [0.3, [255, 255, 255], 0.05],
    [0.6, [15, 15, 45], 0.22],
    [1, [15, 15, 45], 0.62],
  ]);
  const envelope = element(
    'g',
    { 'clip-path': `url(#${id}-outline)` },
    drawGores(random, light, { x, y }, radius, mouth) + element('path', { d: outline, fill: `url(#${id}-shine)` }),
  );
  return clip + shading + envelope + drawBasket(light, { x, y: mouth }, throat, height, id);
}

const palettes = [
  ['#d5382f', '#f5c443', '#f7f2e4'],
  ['#2f5fa8', '#f4f1e6', '#e2843a'],
  ['#7b3f8c', '#e8a5b8', '#f5dd8a'],
  ['#1f7a72', '#f2b544', '#f6efe0'],
  ['#e0652f', '#27365e', '#f3d9a4'],
  ['#b83250', '#f2ece0', '#b83250'],
  ['#f0b63a', '#4d9a5b', '#2f6fa8'],
] as const;

/** Gores meet at the crown and at the mouth: nested half-ellipses, the widest first. Sometimes a band runs around them. */
function drawGores(random: Random, light: Light, centre: Point, radius: number, mouth: number): string {
  const colours = random.pick(palettes).map((text) => lit(hex(text), light));
  const gores = random.pick([3, 4, 5]);
  const colour = (i: number): Colour => colours[i % colours.length] ?? [255, 255, 255];
  const top = centre.y - radius;
  let drawn = element('rect', {
    x: centre.x - radius,
    y: top,
    width: radius * 2,
    height: mouth - top,
    fill: css(colour(0)),
  });
  for (let gore = 1; gore < gores; gore++) {
    const reach = radius * Math.cos((gore / gores) * (Math.PI / 2)) * 1.02;
    const d = path`M ${centre.x} ${top} C ${centre.x - reach * 1.33} ${top} ${centre.x - reach * 1.3} ${centre.y + radius * 0.5} ${centre.x - reach * 0.22} ${mouth} L ${centre.x + reach * 0.22} ${mouth} C ${centre.x + reach * 1.3} ${centre.y + radius * 0.5} ${centre.x + reach * 1.33} ${top} ${centre.x} ${top} Z`;
    drawn += element('path', { d, fill: css(colour(gore)) });
  }
  if (random.chance(0.45)) {
    const level = centre.y + radius * random.between(-0.25, 0.25);
    const half = radius * random.between(0.1, 0.2);
    const d = path`M ${centre.x - radius} ${level - half} Q ${centre.x} ${level + half * 0.6} ${centre.x + radius} ${level - half} L ${centre.x + radius} ${level + half} Q ${centre.x} ${level + half * 2.6} ${centre.x - radius} ${level + half} Z`;
    drawn += element('path', { d, fill: css(colour(random.integer(0, 2))) });
  }
  return drawn;
}

function drawBasket(light: Light, mouth: Point, throat: number, height: number, id: string): string {
  const floor = mouth.y + height * 0.14;
  const width = throat * 1.25;
  const depth = height * 0.075;
  const rope = css(lit(hex('#3a3028'), light));
  let basket = '';
  for (const way of [-1, -0.4, 0.4, 1]) {
    const d = path`M ${mouth.x + way * throat * 0.95} ${mouth.y} L ${mouth.x + (way * width) / 2} ${floor}`;
    basket += element('path', { d, stroke: rope, 'stroke-width': Math.max(0.5, height * 0.007) });
  }
  if (light.dark)
    basket += element('ellipse', {
      cx: mouth.x,
      cy: mouth.y - 1,
      rx: throat * 0.5,
      ry: throat * 0.9,
      fill: '#ffc763',
      opacity: 0.85,
    });
  const wicker = linearGradient(`${id}-basket`, 'horizontal', [
    [0, lit(hex('#a87445'), light)],
    [1, lit(hex('#5e3d24'), light)],
  ]);
  const box = { x: mouth.x - width / 2, y: floor, width, height: depth, rx: width * 0.12, fill: `url(#${id}-basket)` };
  const rim = { x: mouth.x - width * 0.55, y: floor - 0.5, width: width * 1.1, height: depth * 0.2, fill: rope };
  return basket + wicker + element('rect', box) + element('rect', rim);
}
