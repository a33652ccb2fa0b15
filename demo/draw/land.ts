import { brighten, type Colour, css, hex, mix } from './colour.ts';
import { type Light, lit } from './light.ts';
import type { Random } from './random.ts';
import { element, linearGradient, noise, type Point, polygon, side } from './svg.ts';

/** Ranges of mountains behind the horizon, the farthest first and palest. */
export function drawMountains(random: Random, light: Light, horizon: number): string {
  let ranges = '';
  const count = random.integer(1, 3);
  const colour = random.pick([hex('#4c6078'), hex('#5a6b5c'), hex('#6a5f70'), hex('#4f6a66')]);
  for (let i = 0; i < count; i++) {
    const height = random.between(14, 52) * (1 - i * 0.28);
    const from = random.chance(0.5) ? -10 : random.between(-60, 120);
    const to = random.chance(0.5) ? side + 10 : random.between(140, side + 60);
    const crest = ridge(random, { x: from, y: horizon }, { x: to, y: horizon }, height);
    const id = `range-${i}`;
    const near = (i + 1) / count;
    ranges += linearGradient(id, 'vertical', [
      [0, lit(colour, light, 0.72 - 0.42 * near)],
      [1, lit(colour, light, 0.86 - 0.36 * near)],
    ]);
    ranges += polygon([{ x: from, y: horizon + 2 }, ...crest, { x: to, y: horizon + 2 }], { fill: `url(#${id})` });
  }
  return ranges;
}

/** Fields down to the lower edge: a plain, and one or two swells with hedges between them. */
export function drawFields(random: Random, light: Light, horizon: number): string {
  const crops = [hex('#7fa650'), hex('#a9b45a'), hex('#c9ad5c'), hex('#5f8f4e'), hex('#8d7fb0'), hex('#b9a070')];
  let fields = '';
  const swells = 4;
  for (let i = 0; i < swells; i++) {
    const depth = i / (swells - 1);
    const top = horizon + (side - horizon) * 0.62 * depth ** 1.4;
    const crest = swell(random, top, 2 + 7 * depth);
    const colour = random.pick(crops);
    fields += ground(random, `field-${i}`, [...crest, { x: side, y: side }, { x: 0, y: side }], {
      top: lit(colour, light, 0.45 * (1 - depth)),
      bottom: lit(brighten(colour, 0.72), light, 0.2 * (1 - depth)),
      grain: 0.5 + 0.3 * depth,
    });
    if (depth < 0.9) fields += drawHedge(random, light, crest, depth);
  }
  return fields;
}

/** A smooth hill across the whole width with its top at `top.x`. */
export function drawKnoll(random: Random, light: Light, top: Point): string {
  const width = random.between(70, 120);
  const crest: Point[] = [];
  for (let x = 0; x <= side; x += 4) {
    const away = (x - top.x) / width;
    crest.push({ x, y: top.y + 30 * (1 - Math.exp(-away * away)) + random.between(-0.4, 0.4) });
  }
  const colour = random.pick([hex('#6f9a4a'), hex('#8aa551'), hex('#5d8a55'), hex('#a59a58')]);
  return ground(random, 'knoll', [...crest, { x: side, y: side }, { x: 0, y: side }], {
    top: lit(brighten(colour, 1.12), light, 0.06),
    bottom: lit(brighten(colour, 0.72), light),
    grain: 0.8,
  });
}

/** Rock with grass on it that comes in from the nearer side and ends in the sea behind `top`. */
export function drawHeadland(random: Random, light: Light, top: Point, waterline: number): string {
  const inland = top.x < side / 2 ? -1 : 1;
  const edge = inland === -1 ? -10 : side + 10;
  const tip = top.x - inland * random.between(26, 48);
  const shoulder = { x: top.x - inland * random.between(16, 22), y: top.y + random.between(1, 4) };
  const crest = [
    { x: edge, y: top.y + random.between(-8, 10) },
    ...ridge(random, { x: edge, y: top.y + random.between(-4, 8) }, { x: top.x + inland * 14, y: top.y }, 5),
    { x: top.x + inland * 14, y: top.y },
    shoulder,
    ...ridge(random, shoulder, { x: tip, y: waterline }, 7),
    { x: tip, y: waterline },
  ];
  const foot = ridge(random, { x: tip, y: waterline }, { x: edge, y: waterline + random.between(8, 26) }, -3);
  const rock = random.pick([hex('#8d7b6c'), hex('#a3988a'), hex('#77706d'), hex('#b08f72')]);
  const grass = random.pick([hex('#6f8f4c'), hex('#86964f'), hex('#5c7d4c')]);
  const body = [...crest, ...foot, { x: edge, y: waterline + 20 }];
  const turf = [...crest.slice(0, -1), { x: shoulder.x, y: top.y + 7 }, { x: edge, y: top.y + random.between(9, 18) }];
  const surf = foot.map((p) => `${Math.round(p.x)},${Math.round(p.y + 0.5)}`).join(' ');
  return (
    ground(random, 'rock', body, { top: lit(rock, light, 0.05), bottom: lit(brighten(rock, 0.7), light), grain: 1.1 }) +
    ground(random, 'turf', turf, {
      top: lit(brighten(grass, 1.1), light, 0.05),
      bottom: lit(brighten(grass, 0.75), light),
      grain: 0.7,
    }) +
    element('polyline', {
      points: surf,
      fill: 'none',
      stroke: css(lit([250, 252, 252], light)),
      'stroke-width': 2.2,
      opacity: 0.75,
    })
  );
}

/** Grass or rocks at the lower edge, close to the camera and dark. */
export function drawForeground(random: Random, light: Light): string {
  const colour = lit(random.pick([hex('#2f4a2a'), hex('#4a4a2c'), hex('#26382e')]), light);
  let blades = '';
  const count = random.integer(60, 130);
  const from = random.chance(0.5) ? 0 : side * 0.45;
  for (let i = 0; i < count; i++) {
    const x = from + random.between(-10, side * 0.6);
    const height = random.between(8, 30) * (0.4 + Math.abs(Math.sin(x / 37)));
    const tip = { x: x + random.between(-7, 9), y: side - height };
    const shade = css(brighten(colour, random.between(0.7, 1.25)));
    blades += polygon([{ x: x - 1.2, y: side }, tip, { x: x + 1.2, y: side }], { fill: shade });
  }
  return blades;
}

interface Surface {
  top: Colour;
  bottom: Colour;
  /** Strength of the texture. */
  grain: number;
}

function ground(random: Random, id: string, outline: readonly Point[], surface: Surface): string {
  const texture = { x: 0.09, y: 0.3, octaves: 3, seed: random.integer(1, 9999), gain: 2 * surface.grain };
  const dark = brighten(surface.bottom, 0.45);
  return (
    linearGradient(id, 'vertical', [
      [0, surface.top],
      [1, surface.bottom],
    ]) +
    polygon(outline, { fill: `url(#${id})` }) +
    noise(`${id}-grain`, { ...texture, colour: dark, offset: -1.05 * surface.grain }) +
    polygon(outline, { filter: `url(#${id}-grain)` })
  );
}

function drawHedge(random: Random, light: Light, crest: readonly Point[], depth: number): string {
  const colour = lit(hex('#3d5a38'), light, 0.5 * (1 - depth));
  let bushes = '';
  for (const point of crest) {
    if (random.chance(0.45)) continue;
    const size = random.between(1.2, 3) * (0.6 + depth);
    bushes += element('ellipse', {
      cx: point.x,
      cy: point.y - size * 0.4,
      rx: size * 1.4,
      ry: size,
      fill: css(mix(colour, [0, 0, 0], random.between(0, 0.25))),
    });
  }
  return bushes;
}

function swell(random: Random, y: number, height: number): Point[] {
  const phase = random.between(0, 6.28);
  const length = random.between(40, 90);
  const points: Point[] = [];
  for (let x = 0; x <= side; x += 4)
    points.push({ x, y: y + height * Math.sin(x / length + phase) + random.between(-0.4, 0.4) });
  return points;
}

/** Points between two ends, by midpoint displacement: `height` is the largest rise of the first midpoint. */
function ridge(random: Random, from: Point, to: Point, height: number): Point[] {
  let points = [from, to];
  let rise = height;
  for (let level = 0; level < 6; level++) {
    const finer: Point[] = [];
    points.forEach((point, i) => {
      finer.push(point);
      const following = points[i + 1];
      if (following === undefined) return;
      const lift = level === 0 ? random.between(0.6, 1) : random.between(-0.75, 0.85);
      finer.push({ x: (point.x + following.x) / 2, y: (point.y + following.y) / 2 - rise * lift });
    });
    points = finer;
    rise *= 0.58;
  }
  return points.slice(1, -1);
}
