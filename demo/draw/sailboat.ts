import { brighten, type Colour, css, hex } from './colour.ts';
import { type Light, lit } from './light.ts';
import type { Random } from './random.ts';
import { blur, element, linearGradient, number, type Point, path, side } from './svg.ts';

/** A sailboat that floats at `keel` (the middle of its waterline) with its reflection; `height` is that of the mast. */
export function drawSailboat(random: Random, light: Light, keel: Point, height: number): string {
  const way = random.sign();
  const heel = random.between(-7, 7);
  const place = `translate(${number(keel.x)} ${number(keel.y)})`;
  const boat = drawHull(random, light, height) + drawRig(random, light, height);
  const upright = element('g', { transform: `${place} scale(${way} 1) rotate(${number(heel)})` }, boat);
  const mirrored = element(
    'g',
    { transform: `${place} scale(${way} -0.62) rotate(${number(heel)})`, filter: 'url(#ripple)', opacity: 0.34 },
    boat,
  );
  const ripple = element(
    'filter',
    { id: 'ripple', x: '-20%', y: '-20%', width: '140%', height: '140%' },
    element('feTurbulence', {
      type: 'turbulence',
      baseFrequency: '0.02 0.2',
      numOctaves: 2,
      seed: random.integer(1, 999),
      result: 'waves',
    }) +
      element('feDisplacementMap', {
        in: 'SourceGraphic',
        in2: 'waves',
        scale: 9,
        xChannelSelector: 'R',
        yChannelSelector: 'G',
      }) +
      element('feGaussianBlur', { stdDeviation: 0.7 }),
  );
  return ripple + mirrored + upright + drawWake(random, light, keel, height, way);
}

function drawHull(random: Random, light: Light, height: number): string {
  const paint = random.pick([
    hex('#f4f4f0'),
    hex('#22384f'),
    hex('#8c2f2a'),
    hex('#6b4429'),
    hex('#2f6a5e'),
    hex('#e3d7b8'),
  ]);
  const bow = height * 0.4;
  const stern = -height * 0.34;
  const deck = -height * 0.11;
  const d = path`M ${stern} ${deck} L ${bow} ${deck - height * 0.03} Q ${bow * 0.72} ${height * 0.01} ${bow * 0.4} ${height * 0.025} L ${stern * 0.82} ${height * 0.025} Z`;
  const stripe = path`M ${stern * 0.99} ${deck * 0.82} L ${bow * 0.95} ${deck - height * 0.008}`;
  const cabin = {
    x: stern * 0.5,
    y: deck - height * 0.055,
    width: height * 0.26,
    height: height * 0.06,
    rx: height * 0.015,
  };
  return (
    element('rect', { ...cabin, fill: css(lit(hex('#efe8d8'), light)) }) +
    linearGradient('hull', 'vertical', [
      [0, lit(brighten(paint, 1.1), light)],
      [1, lit(brighten(paint, 0.55), light)],
    ]) +
    element('path', { d, fill: 'url(#hull)' }) +
    element('path', { d: stripe, stroke: css(lit(hex('#f6efe0'), light)), 'stroke-width': height * 0.012 })
  );
}

function drawRig(random: Random, light: Light, height: number): string {
  const white = hex('#f8f5ec');
  const cloths = [white, white, hex('#c4452f'), hex('#e2b04a'), hex('#a8552f'), hex('#3f7a9a'), hex('#e8dcc0')];
  const main = random.pick(cloths);
  const jib = random.chance(0.6) ? main : random.pick(cloths);
  const boom = -height * 0.17;
  const mast = height * 0.04;
  const belly = height * random.between(0.03, 0.09);
  const mainsail = path`M ${mast - 1} ${-height * 0.97} Q ${-height * 0.16 - belly} ${-height * 0.5} ${-height * 0.32} ${boom} L ${mast - 1} ${boom - 1} Z`;
  const jibsail = path`M ${mast + 1.5} ${-height * 0.88} Q ${height * 0.24 + belly} ${-height * 0.45} ${height * 0.38} ${boom + height * 0.02} Q ${height * 0.2} ${boom + height * 0.03} ${mast + 2} ${boom} Z`;
  let rig =
    sailCloth('mainsail', lit(main, light)) +
    sailCloth('jib', lit(jib, light)) +
    element('path', { d: mainsail, fill: 'url(#mainsail)' }) +
    element('path', { d: jibsail, fill: 'url(#jib)' });
  const seam = css(brighten(lit(main, light), 0.72));
  for (const level of [0.3, 0.45, 0.6, 0.75]) {
    const reach = height * 0.32 * (1 - (level - 0.17) / 0.8) + belly * 0.6;
    const d = path`M ${mast - 1} ${-height * level} L ${mast - reach} ${-height * level + height * 0.03}`;
    rig += element('path', { d, stroke: seam, 'stroke-width': 0.5, fill: 'none' });
  }
  rig += element('rect', {
    x: mast - 0.8,
    y: -height,
    width: 1.6,
    height: height * 0.9,
    fill: css(lit(hex('#5b4430'), light)),
  });
  return (
    rig +
    element('rect', {
      x: -height * 0.33,
      y: boom - 0.6,
      width: height * 0.37,
      height: 1.2,
      fill: css(lit(hex('#5b4430'), light)),
    })
  );
}

function sailCloth(id: string, colour: Colour): string {
  return linearGradient(id, 'horizontal', [
    [0, brighten(colour, 0.68)],
    [0.55, brighten(colour, 1.15)],
    [1, brighten(colour, 0.86)],
  ]);
}

function drawWake(random: Random, light: Light, keel: Point, height: number, way: number): string {
  const foam = css(lit([252, 253, 255], light, 0.1));
  let wake = blur('wake-edge', 0.6);
  for (let i = 0; i < 16; i++) {
    const behind = random.next();
    const x = keel.x - way * (behind * height * 0.8 - height * 0.3);
    const shape = {
      cx: Math.max(0, Math.min(side, x)),
      cy: keel.y + 1 + random.between(0, 4) * behind,
      rx: random.between(2, 8),
      ry: 0.8,
    };
    wake += element('ellipse', { ...shape, fill: foam, opacity: random.between(0.25, 0.7), filter: 'url(#wake-edge)' });
  }
  return wake;
}
