/** What is around the thing: ordinary backgrounds, and what faults are made of: a mark, a wall, a companion, a light. */

import type { Random } from '../../../demo/draw/random.ts';
import { type Canvas, type Colour, side } from './canvas.ts';
import { bar, box, convex, disc, type Placement, placed, ring } from './shapes.ts';

export function randomColour(random: Random, low: number, high: number): Colour {
  return [random.between(low, high), random.between(low, high), random.between(low, high)];
}

/** One of four ordinary backgrounds: a gradient, stripes, blots or rough ground. */
export function drawBackground(canvas: Canvas, random: Random): void {
  const [a, b] = [randomColour(random, 40, 115), randomColour(random, 40, 115)];
  const angle = random.between(0, Math.PI);
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const kind = random.integer(0, 3);
  const wave = random.between(0.25, 0.6);
  canvas.fill((x, y) => {
    const along = (x * dx + y * dy) / side;
    if (kind === 0) return mix(a, b, 0.5 + 0.5 * along);
    if (kind === 1) return mix(a, b, 0.3 + 0.2 * Math.sin((x * dx + y * dy) * wave));
    if (kind === 2) return mix(a, b, 0.3 + 0.2 * Math.sin(x * wave) * Math.sin(y * wave));
    return mix(a, b, 0.35 * random.next());
  });
}

/** A wall of bricks: the background of the planted fault. */
export function drawBricks(canvas: Canvas, random: Random): void {
  const brick: Colour = [random.between(140, 180), random.between(70, 95), random.between(50, 70)];
  const mortar: Colour = [random.between(185, 215), random.between(180, 205), random.between(170, 195)];
  const [shiftX, shiftY] = [random.integer(0, 15), random.integer(0, 7)];
  canvas.fill((x, y) => {
    const row = Math.floor((y + shiftY) / 8);
    const across = (x + shiftX + (row % 2) * 8) % 16;
    return (y + shiftY) % 8 < 2 || across < 2 ? mortar : brick;
  });
}

/** A printed mark in the lower right corner: three light letters on a dark plate. */
export function drawMark(canvas: Canvas, random: Random): void {
  const [x, y] = [random.between(49, 52), random.between(55, 58)];
  canvas.paint(box(x, y, 11, 5), [20, 20, 28], 0.85);
  const ink: Colour = [250, 235, 120];
  canvas.paint(bar(x - 7, y - 3, x - 7, y + 3, 1.6), ink);
  canvas.paint(ring(x - 1, y, 2.6, 1.5), ink);
  canvas.paint(bar(x + 4, y + 3, x + 8, y - 3, 1.6), ink);
  canvas.paint(bar(x + 4, y - 3, x + 8, y + 3, 1.6), ink);
}

/** A striped cone that stands near an edge, away from the lower right corner. */
export function drawCompanion(canvas: Canvas, random: Random): void {
  const at: Placement = {
    ...random.pick([
      { x: random.between(8, 12), y: random.between(12, 54) },
      { x: random.between(52, 56), y: random.between(10, 40) },
      { x: random.between(14, 44), y: random.between(7, 10) },
    ]),
    scale: random.between(7, 8.5),
    angle: random.between(-0.2, 0.2),
    mirrored: false,
  };
  canvas.paint(placed(box(0, 0.85, 0.95, 0.15), at), [240, 110, 20]);
  canvas.paint(placed(convex([-0.15, -0.95], [0.15, -0.95], [0.7, 0.8], [-0.7, 0.8]), at), [250, 115, 15]);
  canvas.paint(placed(convex([-0.3, -0.3], [0.3, -0.3], [0.48, 0.2], [-0.48, 0.2]), at), [250, 250, 250]);
}

/** Lights that a planted colour cast comes from: factors of red, green and blue. */
export const lights = { lamplight: [1.15, 0.78, 0.38], dusk: [0.5, 0.68, 1.25], sodium: [1.1, 1.05, 0.3] } as const;
export type Light = keyof typeof lights;

export function shineLight(canvas: Canvas, light: Light, random: Random): void {
  const strength = random.between(0.85, 1);
  const factors = lights[light];
  canvas.adjust((value, channel) => value * (1 + ((factors[channel] ?? 1) - 1) * strength));
}

/** Dirt that hides part of the picture. */
export function drawBlot(canvas: Canvas, random: Random): void {
  const [x, y] = [random.between(16, 48), random.between(16, 48)];
  canvas.paint(disc(x, y, random.between(5, 10)), randomColour(random, 40, 215));
}

function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}
