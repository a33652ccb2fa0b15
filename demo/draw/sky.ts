import { css, mix } from './colour.ts';
import type { Light } from './light.ts';
import type { Random } from './random.ts';
import { blur, element, linearGradient, noise, type Point, path, radialGradient, side } from './svg.ts';

/** Sky, sun, clouds, and stars at nightfall, down to the horizon. */
export function drawSky(random: Random, light: Light, horizon: number): string {
  const base =
    linearGradient('sky', 'vertical', [
      [0, light.zenith],
      [0.55, light.middle],
      [1, light.horizon],
    ]) + element('rect', { width: side, height: horizon + 2, fill: 'url(#sky)' });
  return (
    base +
    (light.dark ? drawStars(random, horizon) : '') +
    drawSun(random, light, horizon) +
    drawClouds(random, light, horizon)
  );
}

/** Where the sun stands; null when clouds hide it. The same for sky and sea. */
export function sunPosition(light: Light, horizon: number): Point | null {
  if (light.sunHeight === null) return null;
  return { x: side / 2 + light.from * side * 0.3, y: horizon * (1 - light.sunHeight) };
}

/** A few gulls. */
export function drawBirds(random: Random, light: Light): string {
  const colour = css(mix(light.horizon, [20, 20, 30], 0.75));
  const flock = { x: random.between(40, 200), y: random.between(30, 100) };
  let birds = '';
  for (let i = random.integer(2, 6); i > 0; i--) {
    const x = flock.x + random.between(-35, 35);
    const y = flock.y + random.between(-18, 18);
    const span = random.between(2.5, 5);
    const d = path`M ${x - span} ${y - span * 0.3} Q ${x - span * 0.4} ${y - span * 0.7} ${x} ${y} Q ${x + span * 0.4} ${y - span * 0.7} ${x + span} ${y - span * 0.2}`;
    birds += element('path', { d, fill: 'none', stroke: colour, 'stroke-width': 0.9, 'stroke-linecap': 'round' });
  }
  return birds;
}

function drawSun(random: Random, light: Light, horizon: number): string {
  const sun = sunPosition(light, horizon);
  if (sun === null) return '';
  const radius = random.between(5, 9);
  const glow = radialGradient('glow', sun, random.between(90, 150), [
    [0, light.sun, 0.9],
    [0.12, light.sun, 0.5],
    [0.45, light.sun, 0.16],
    [1, light.sun, 0],
  ]);
  const disc = element('circle', { cx: sun.x, cy: sun.y, r: radius, fill: css(light.sun), filter: 'url(#sun-edge)' });
  return glow + element('rect', { width: side, height: horizon, fill: 'url(#glow)' }) + blur('sun-edge', 0.8) + disc;
}

function drawClouds(random: Random, light: Light, horizon: number): string {
  const gain = 7;
  const settings = {
    x: random.between(0.006, 0.014),
    y: random.between(0.018, 0.034),
    octaves: 5,
    seed: random.integer(1, 9999),
    gain,
  };
  const offset = -gain * (0.66 - 0.28 * light.cover);
  const underside = mix(light.cloud, mix(light.zenith, light.middle, 0.6), 0.55);
  const fade =
    linearGradient('cloud-fade', 'vertical', [
      [0, [255, 255, 255], 0.75],
      [0.6, [255, 255, 255], 0.9],
      [1, [255, 255, 255], 0.1],
    ]) +
    element('mask', { id: 'cloud-mask' }, element('rect', { width: side, height: horizon, fill: 'url(#cloud-fade)' }));
  // The same noise twice, the dark one a little lower: clouds with a lit top.
  const filters =
    noise('cloud-under', { ...settings, colour: underside, offset }) +
    noise('cloud-top', { ...settings, colour: light.cloud, offset: offset - 0.5 });
  const layer = (filter: string, opacity: number) =>
    element('rect', { width: side, height: horizon, filter: `url(#${filter})`, opacity });
  return (
    fade + filters + element('g', { mask: 'url(#cloud-mask)' }, layer('cloud-under', 0.75) + layer('cloud-top', 0.95))
  );
}

function drawStars(random: Random, horizon: number): string {
  let stars = '';
  for (let i = 0; i < 40; i++) {
    const place = { cx: random.between(0, side), cy: random.between(0, horizon * 0.6), r: random.between(0.3, 0.8) };
    stars += element('circle', { ...place, fill: '#fff', opacity: random.between(0.2, 0.8) });
  }
  return stars;
}
