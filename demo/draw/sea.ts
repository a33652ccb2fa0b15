import { brighten, css, hex, mix } from './colour.ts';
import { type Light, lit } from './light.ts';
import type { Random } from './random.ts';
import { sunPosition } from './sky.ts';
import { element, linearGradient, noise, side } from './svg.ts';

/** Water from the horizon to the lower edge, with waves, crests of foam and the sun's path. */
export function drawSea(random: Random, light: Light, horizon: number): string {
  const deep = lit(
    random.pick([hex('#2a7391'), hex('#368aa6'), hex('#255d7c'), hex('#3f9388'), hex('#33678c')]),
    light,
  );
  const size = { y: horizon, width: side, height: side - horizon };
  const waves = { x: random.between(0.012, 0.03), y: random.between(0.16, 0.3), octaves: 3 };
  return (
    linearGradient('sea', 'vertical', [
      [0, mix(deep, light.horizon, 0.62)],
      [0.25, mix(deep, light.middle, 0.38)],
      [1, brighten(deep, 0.8)],
    ]) +
    element('rect', { ...size, fill: 'url(#sea)' }) +
    noise('troughs', { ...waves, seed: random.integer(1, 9999), colour: brighten(deep, 0.6), gain: 3, offset: -1.5 }) +
    element('rect', { ...size, filter: 'url(#troughs)', opacity: 0.7 }) +
    noise('crests', {
      ...waves,
      seed: random.integer(1, 9999),
      colour: mix(light.cloud, light.horizon, 0.5),
      gain: 4,
      offset: -2.3,
    }) +
    element('rect', { ...size, filter: 'url(#crests)', opacity: 0.55 }) +
    drawFoam(random, light, horizon) +
    drawSunPath(random, light, horizon)
  );
}

function drawFoam(random: Random, light: Light, horizon: number): string {
  const colour = css(lit([252, 253, 255], light, 0.2));
  let foam = '';
  for (let i = random.integer(5, 50); i > 0; i--) {
    const near = random.next() ** 1.5;
    const x = random.between(-10, side);
    const y = horizon + 3 + (side - horizon) * near;
    const shape = { cx: x, cy: y, rx: (1.5 + 7 * near) * random.between(0.5, 1.3), ry: 0.35 + 0.7 * near };
    foam += element('ellipse', { ...shape, fill: colour, opacity: random.between(0.2, 0.65) });
  }
  return foam;
}

function drawSunPath(random: Random, light: Light, horizon: number): string {
  const sun = sunPosition(light, horizon);
  if (sun === null || (light.sunHeight ?? 1) > 0.5) return '';
  let glints = '';
  for (let i = 0; i < 110; i++) {
    const near = random.next();
    const spread = 5 + 26 * near;
    const x = sun.x + (random.next() + random.next() - 1) * spread;
    const y = horizon + 1 + (side - horizon) * near;
    const shape = { cx: x, cy: y, rx: 1 + 4 * near * random.next(), ry: 0.4 + 0.5 * near };
    glints += element('ellipse', { ...shape, fill: css(light.sun), opacity: random.between(0.25, 0.85) });
  }
  return glints;
}
