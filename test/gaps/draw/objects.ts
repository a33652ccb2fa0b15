/** What the pictures show: five things, each from two sides. Coordinates run from -1 to 1, y down. */

import type { Shape } from './canvas.ts';
import { bar, box, convex, disc, ring } from './shapes.ts';

export const objectNames = ['mug', 'lamp', 'fish', 'chair', 'key'] as const;
export type ObjectName = (typeof objectNames)[number];
export const views = ['side', 'end'] as const;
export type View = (typeof views)[number];

/** Parts in the order of painting; `tone` 0 is the thing's own colour, 1 its second one, 2 dark. */
export interface Part {
  shape: Shape;
  tone: 0 | 1 | 2;
}

export const objects: Record<ObjectName, Record<View, readonly Part[]>> = {
  mug: {
    side: [
      { shape: ring(0.62, 0.05, 0.34, 0.18), tone: 0 },
      { shape: box(-0.1, 0.05, 0.55, 0.7), tone: 0 },
      { shape: box(-0.1, -0.62, 0.55, 0.1), tone: 1 },
    ],
    // From above: a round rim with the drink in it, and the handle.
    end: [
      { shape: bar(0.6, 0, 0.98, 0, 0.24), tone: 0 },
      { shape: disc(0, 0, 0.7), tone: 0 },
      { shape: disc(0, 0, 0.52), tone: 2 },
    ],
  },
  lamp: {
    side: [
      { shape: bar(0, -0.1, 0, 0.8, 0.16), tone: 1 },
      { shape: box(0, 0.84, 0.42, 0.1), tone: 1 },
      { shape: convex([-0.3, -0.9], [0.3, -0.9], [0.75, 0.05], [-0.75, 0.05]), tone: 0 },
    ],
    // From above: the shade's two rims.
    end: [
      { shape: ring(0, 0, 0.8, 0.2), tone: 0 },
      { shape: ring(0, 0, 0.3, 0.16), tone: 0 },
      { shape: bar(-0.3, 0, 0.3, 0, 0.1), tone: 1 },
    ],
  },
  fish: {
    side: [
      { shape: convex([0.4, 0], [0.95, -0.5], [0.95, 0.5]), tone: 0 },
      { shape: (x, y) => (Math.hypot(x + 0.2, y * 1.7) - 0.72) / 1.4, tone: 0 },
      { shape: disc(-0.55, -0.1, 0.1), tone: 2 },
    ],
    // From the front: a narrow oval with a fin to each side.
    end: [
      { shape: bar(-0.75, 0.35, 0.75, 0.35, 0.16), tone: 1 },
      { shape: bar(0, -0.95, 0, -0.5, 0.18), tone: 1 },
      { shape: (x, y) => (Math.hypot(x * 1.7, y) - 0.7) / 1.4, tone: 0 },
      { shape: disc(-0.2, -0.2, 0.1), tone: 2 },
      { shape: disc(0.2, -0.2, 0.1), tone: 2 },
    ],
  },
  chair: {
    side: [
      { shape: bar(-0.5, -0.9, -0.5, 0.9, 0.18), tone: 0 },
      { shape: bar(-0.5, 0.1, 0.55, 0.1, 0.2), tone: 1 },
      { shape: bar(0.5, 0.1, 0.5, 0.9, 0.18), tone: 0 },
    ],
    // From above: the seat, and the back on edge behind it.
    end: [
      { shape: box(0, 0.15, 0.6, 0.6), tone: 1 },
      { shape: box(0, -0.6, 0.7, 0.16), tone: 0 },
    ],
  },
  key: {
    side: [
      { shape: ring(-0.6, 0, 0.3, 0.18), tone: 0 },
      { shape: bar(-0.3, 0, 0.9, 0, 0.18), tone: 0 },
      { shape: bar(0.55, 0, 0.55, 0.32, 0.16), tone: 1 },
      { shape: bar(0.85, 0, 0.85, 0.32, 0.16), tone: 1 },
    ],
    // Along the shaft: the bow on edge and the teeth below it.
    end: [
      { shape: bar(0, -0.9, 0, 0.9, 0.26), tone: 0 },
      { shape: box(0, 0.6, 0.3, 0.22), tone: 1 },
    ],
  },
};
