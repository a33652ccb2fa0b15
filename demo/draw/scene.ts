/** One picture as SVG: a landscape, its subject, and the date stamp when the picture has one. */

import { drawBalloon } from './balloon.ts';
import { type Box, drawDateStamp } from './date-stamp.ts';
import { drawFields, drawForeground, drawHeadland, drawKnoll, drawMountains } from './land.ts';
import { drawLight, type Light } from './light.ts';
import { drawLighthouse } from './lighthouse.ts';
import { Random } from './random.ts';
import { drawSailboat } from './sailboat.ts';
import { drawSea } from './sea.ts';
import { drawBirds, drawSky } from './sky.ts';
import { element, side } from './svg.ts';
import { drawWindmill } from './windmill.ts';

/** In the order of `demo/classes.json`. */
export const classNames = ['balloon', 'lighthouse', 'sailboat', 'windmill'] as const;
export type ClassName = (typeof classNames)[number];

export interface Scene {
  svg: string;
  /** Where the date is; null in a picture without one. */
  stamp: Box | null;
}

/** The same seed gives the same landscape with and without the stamp. */
export function drawScene(subject: ClassName, stamped: boolean, seed: string): Scene {
  const random = new Random(seed, 'scene');
  const light = drawLight(random);
  const horizon = random.between(128, 178);
  const coast = subject === 'sailboat' || random.chance(0.55);
  const land = drawMountains(random, light, horizon);
  const plain = coast ? drawSea(random, light, horizon) : drawFields(random, light, horizon);
  const parts = [
    drawSky(random, light, horizon),
    random.chance(0.8) ? land : '',
    plain,
    drawSubject(random, light, subject, coast, horizon),
    random.chance(0.35) ? drawForeground(random, light) : '',
    random.chance(0.35) ? drawBirds(random, light) : '',
  ];
  const stamp = stamped ? drawDateStamp(new Random(seed, 'stamp')) : null;
  const view = { xmlns: 'http://www.w3.org/2000/svg', width: side, height: side, viewBox: `0 0 ${side} ${side}` };
  return { svg: element('svg', view, parts.join('') + (stamp?.svg ?? '')), stamp: stamp?.box ?? null };
}

function drawSubject(random: Random, light: Light, subject: ClassName, coast: boolean, horizon: number): string {
  const x = random.between(72, side - 72);
  switch (subject) {
    case 'balloon': {
      const height = random.between(64, 128);
      const companion = random.chance(0.3)
        ? drawBalloon(
            random,
            light,
            { x: (x + side / 2) % side, y: random.between(50, 100) },
            height * 0.35,
            'companion',
          )
        : '';
      return companion + drawBalloon(random, light, { x, y: random.between(70, 110) }, height);
    }
    case 'sailboat': {
      const height = random.between(62, 125);
      return drawSailboat(random, light, { x, y: horizon + height * random.between(0.14, 0.4) }, height);
    }
    default: {
      const height = random.between(72, 128);
      const top = { x, y: Math.min(210, horizon + random.between(4, 30)) };
      const draw = subject === 'lighthouse' ? drawLighthouse : drawWindmill;
      const ground = coast
        ? drawHeadland(random, light, top, top.y + random.between(12, 26))
        : drawKnoll(random, light, top);
      return ground + draw(random, light, top, height);
    }
  }
}
