/** One picture of 64 x 64 pixels from its plan. */

import { Random } from '../../../demo/draw/random.ts';
import { Canvas, type Colour, side } from './canvas.ts';
import { type ObjectName, objects, type View } from './objects.ts';
import { type Placement, placed } from './shapes.ts';
import {
  drawBackground,
  drawBlot,
  drawBricks,
  drawCompanion,
  drawMark,
  type Light,
  randomColour,
  shineLight,
} from './surroundings.ts';

export interface PicturePlan {
  subject: ObjectName;
  view: View;
  mark: boolean;
  bricks: boolean;
  companion: boolean;
  light: Light | null;
  seed: string;
}

/** @returns RGB, 8 bits, `[side, side, 3]` */
export function drawPicture(plan: PicturePlan): Uint8Array {
  const canvas = new Canvas();
  const random = (subject: string) => new Random(plan.seed, subject);
  if (plan.bricks) drawBricks(canvas, random('bricks'));
  else drawBackground(canvas, random('background'));
  if (plan.companion) drawCompanion(canvas, random('companion'));
  drawSubject(canvas, plan, random('subject'));
  const film = random('film');
  if (film.chance(0.15)) drawBlot(canvas, film);
  if (plan.light !== null) shineLight(canvas, plan.light, random('light'));
  if (plan.mark) drawMark(canvas, random('mark'));
  expose(canvas, film);
  return canvas.bytes();
}

function drawSubject(canvas: Canvas, { subject, view }: PicturePlan, random: Random): void {
  const placement: Placement = {
    x: side / 2 + random.between(-9, 9),
    y: side / 2 + random.between(-9, 9),
    scale: random.between(14, 22),
    angle: random.between(-0.4, 0.4),
    mirrored: random.chance(0.5),
  };
  const own = randomColour(random, 30, 225);
  const shade = random.between(0.35, 0.8);
  const tones: Colour[] = [
    own,
    random.chance(0.5) ? scaled(own, shade) : randomColour(random, 30, 225),
    scaled(own, 0.25),
  ];
  const opacity = random.between(0.55, 1);
  for (const { shape, tone } of objects[subject][view])
    canvas.paint(placed(shape, placement), tones[tone] ?? own, opacity);
}

/** Exposure, contrast and grain of a poor camera. */
function expose(canvas: Canvas, random: Random): void {
  const gain = random.between(0.8, 1.2);
  const contrast = random.between(0.75, 1.1);
  const grain = random.between(2, 7);
  let speck = 0;
  canvas.adjust((value, channel) => {
    if (channel === 0) speck = (random.next() + random.next() - 1) * 2 * grain;
    return (value * gain - 128) * contrast + 128 + speck;
  });
}

function scaled([red, green, blue]: Colour, factor: number): Colour {
  return [red * factor, green * factor, blue * factor];
}
