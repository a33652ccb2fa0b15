/** One picture with any number of subjects, as SVG: a coast under a sky. */

import { drawBalloon } from './balloon.ts';
import { drawHeadland, drawMountains } from './land.ts';
import { drawLight, type Light } from './light.ts';
import { drawLighthouse } from './lighthouse.ts';
import { Random } from './random.ts';
import { drawSailboat } from './sailboat.ts';
import type { ClassName } from './scene.ts';
import { drawSea } from './sea.ts';
import { drawBirds, drawSky } from './sky.ts';
import { element, side } from './svg.ts';
import { drawWindmill } from './windmill.ts';

/** Behind before in front: land, water, air. */
const depth: readonly ClassName[] = ['windmill', 'lighthouse', 'sailboat', 'balloon'];

/** The same seed gives the same landscape whatever is in it. */
export function drawSeveral(subjects: readonly ClassName[], seed: string): string {
  const random = new Random(seed, 'scene');
  const light = drawLight(random);
  const horizon = random.between(138, 168);
  // One on each side, so that neither hides the other.
  const flip = random.chance(0.5);
  const parts = [
    drawSky(random, light, horizon),
    random.chance(0.8) ? drawMountains(random, light, horizon) : '',
    drawSea(random, light, horizon),
    random.chance(0.35) ? drawBirds(random, light) : '',
    ...depth
      .filter((subject) => subjects.includes(subject))
      .map((subject) => drawOne(subject, new Random(seed, subject), light, horizon, flip)),
  ];
  const view = { xmlns: 'http://www.w3.org/2000/svg', width: side, height: side, viewBox: `0 0 ${side} ${side}` };
  return element('svg', view, parts.join(''));
}

function drawOne(subject: ClassName, random: Random, light: Light, horizon: number, flip: boolean): string {
  const [left, right] = [random.between(44, 84), random.between(side - 84, side - 44)];
  switch (subject) {
    case 'balloon':
      return drawBalloon(
        random,
        light,
        { x: random.between(80, side - 80), y: random.between(44, 72) },
        random.between(52, 84),
      );
    case 'sailboat': {
      // Far out and small: what is near it is easier to see.
      const height = random.between(26, 38);
      const keel = { x: random.between(80, side - 80), y: horizon + height * random.between(0.5, 1.6) };
      return drawSailboat(random, light, keel, height);
    }
    default: {
      const isLeft = (subject === 'lighthouse') === flip;
      const top = { x: isLeft ? left : right, y: Math.min(205, horizon + random.between(6, 24)) };
      const draw = subject === 'lighthouse' ? drawLighthouse : drawWindmill;
      return (
        drawHeadland(random, light, top, top.y + random.between(12, 26)) +
        draw(random, light, top, random.between(76, 108))
      );
    }
  }
}
