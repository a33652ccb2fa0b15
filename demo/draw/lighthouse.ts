import { css, hex, mix } from './colour.ts';
import { type Light, lit } from './light.ts';
import type { Random } from './random.ts';
import { blur, element, type Point, path, polygon, radialGradient } from './svg.ts';
import { drawCottage, roundShading, type Tower, widthAt } from './tower.ts';

/** A lighthouse that stands at `foot`; `height` is that of the whole tower in pixels. */
export function drawLighthouse(random: Random, light: Light, foot: Point, height: number): string {
  const { x, y } = foot;
  const shape = {
    x,
    bottom: y + 2,
    top: y - height * 0.74,
    bottomWidth: height * random.between(0.24, 0.3),
    topWidth: height * random.between(0.15, 0.19),
  };
  const lampFloor = shape.top;
  const cottage = random.chance(0.6)
    ? drawCottage(random, light, { x: x + random.sign() * height * 0.3, y: y + 1 }, height * 0.2)
    : '';
  return (
    cottage +
    drawTower(random, light, shape) +
    roundShading('lighthouse-round', light, shape) +
    drawOpenings(light, shape, random) +
    drawLantern(random, light, { x, y: lampFloor }, shape.topWidth, height)
  );
}

function drawTower(random: Random, light: Light, shape: Tower): string {
  const [first, second] = random.pick([
    ['#f4f1ea', '#c2372e'],
    ['#f4f1ea', '#c2372e'],
    ['#f3f3f0', '#22262c'],
    ['#f5f3ec', '#f0ece2'],
    ['#f2f2ee', '#2c5c94'],
    ['#e9dfc8', '#dccfb4'],
    ['#b8402f', '#f2ede4'],
  ] as const);
  const bands = random.integer(3, 7);
  let tower = '';
  for (let band = 0; band < bands; band++) {
    const low = shape.bottom + ((shape.top - shape.bottom) * band) / bands;
    const high = shape.bottom + ((shape.top - shape.bottom) * (band + 1)) / bands;
    const fill = css(lit(hex(band % 2 === 0 ? first : second), light));
    tower += slice(shape, low, high, fill);
  }
  return tower;
}

function slice(shape: Tower, low: number, high: number, fill: string): string {
  const below = widthAt(shape, low) / 2;
  const above = widthAt(shape, high) / 2;
  // The overlap hides the seam between bands; the curve shows that the tower is round.
  const d = path`M ${shape.x - below} ${low + 0.4} Q ${shape.x} ${low + below * 0.3} ${shape.x + below} ${low + 0.4} L ${shape.x + above} ${high} Q ${shape.x} ${high + above * 0.3} ${shape.x - above} ${high} Z`;
  return element('path', { d, fill });
}

function drawOpenings(light: Light, shape: Tower, random: Random): string {
  const glass = css(light.dark ? hex('#ffcf7a') : lit(hex('#2a3440'), light));
  const span = shape.bottom - shape.top;
  let openings = '';
  for (const level of [0.3, 0.55, 0.8]) {
    if (random.chance(0.25)) continue;
    const size = span * 0.035;
    openings += element('rect', {
      x: shape.x - size / 2 - span * 0.01,
      y: shape.bottom - span * level,
      width: size,
      height: size * 1.7,
      fill: glass,
    });
  }
  const door = { x: shape.x - span * 0.035, y: shape.bottom - span * 0.12, width: span * 0.07, height: span * 0.12 };
  return openings + element('rect', { ...door, rx: span * 0.03, fill: css(lit(hex('#4a3226'), light)) });
}

function drawLantern(random: Random, light: Light, floor: Point, width: number, height: number): string {
  const iron = css(lit(random.pick([hex('#23272d'), hex('#8f2a24'), hex('#37424d')]), light));
  const { x, y } = floor;
  const room = width * 0.62;
  const roomHeight = height * 0.12;
  const lamp = { x, y: y - roomHeight * 0.6 };
  const glass = light.dark ? hex('#ffe7a6') : mix(lit(hex('#bcd3dc'), light), light.horizon, 0.3);
  let lantern = light.dark ? drawBeam(random, lamp) : '';
  lantern += element('rect', { x: x - room / 2, y: y - roomHeight, width: room, height: roomHeight, fill: css(glass) });
  for (const bar of [-0.5, -0.17, 0.17, 0.5]) {
    lantern += element('rect', {
      x: x + bar * room - 0.5,
      y: y - roomHeight,
      width: 1,
      height: roomHeight,
      fill: iron,
    });
  }
  // Gallery: a floor wider than the tower, and its railing.
  const gallery = width * 1.34;
  lantern += element('rect', { x: x - gallery / 2, y: y - 1.2, width: gallery, height: height * 0.028, fill: iron });
  lantern += element('rect', { x: x - gallery / 2, y: y - roomHeight * 0.5, width: gallery, height: 0.8, fill: iron });
  for (let post = 0; post <= 6; post++) {
    lantern += element('rect', {
      x: x - gallery / 2 + (gallery - 0.8) * (post / 6),
      y: y - roomHeight * 0.5,
      width: 0.8,
      height: roomHeight * 0.5,
      fill: iron,
    });
  }
  const roof = y - roomHeight;
  const rise = height * 0.09;
  const d = path`M ${x - room * 0.66} ${roof + 0.5} Q ${x - room * 0.5} ${roof - rise * 0.85} ${x} ${roof - rise} Q ${x + room * 0.5} ${roof - rise * 0.85} ${x + room * 0.66} ${roof + 0.5} Z`;
  lantern += element('path', { d, fill: iron });
  return (
    lantern +
    element('rect', { x: x - 0.5, y: roof - rise - height * 0.05, width: 1, height: height * 0.06, fill: iron })
  );
}

function drawBeam(random: Random, lamp: Point): string {
  const tilt = random.between(-0.12, 0.12);
  const beam = (way: number) => {
    const end = { x: lamp.x + way * 260, y: lamp.y + way * 260 * tilt };
    return polygon([lamp, { x: end.x, y: end.y - 26 }, { x: end.x, y: end.y + 26 }], {
      fill: 'url(#beam)',
      filter: 'url(#beam-edge)',
    });
  };
  const glow = radialGradient('beam', lamp, 150, [
    [0, [255, 240, 190], 0.75],
    [0.25, [255, 240, 190], 0.3],
    [1, [255, 240, 190], 0],
  ]);
  const halo = element('circle', { cx: lamp.x, cy: lamp.y, r: 14, fill: 'url(#beam)' });
  return glow + blur('beam-edge', 1.5) + beam(-1) + beam(1) + halo;
}
