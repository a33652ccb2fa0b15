/** Shapes as signed distances, in the units of whoever draws with them. */

import type { Shape } from './canvas.ts';

export function disc(cx: number, cy: number, radius: number): Shape {
  return (x, y) => Math.hypot(x - cx, y - cy) - radius;
}

export function ring(cx: number, cy: number, radius: number, width: number): Shape {
  return (x, y) => Math.abs(Math.hypot(x - cx, y - cy) - radius) - width / 2;
}

/** An upright box given by its centre and half sizes. */
export function box(cx: number, cy: number, halfWidth: number, halfHeight: number): Shape {
  return (x, y) => {
    const dx = Math.abs(x - cx) - halfWidth;
    const dy = Math.abs(y - cy) - halfHeight;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0);
  };
}

/** A line with round ends. */
export function bar(x1: number, y1: number, x2: number, y2: number, width: number): Shape {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  return (x, y) => {
    const along = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length));
    return Math.hypot(x - x1 - along * dx, y - y1 - along * dy) - width / 2;
  };
}

/** A convex polygon with its corners clockwise as seen on the screen (y down). Distances outside corners are a little short. */
export function convex(...corners: readonly (readonly [number, number])[]): Shape {
  const edges = corners.map(([x1, y1], i) => {
    const [x2, y2] = corners[(i + 1) % corners.length] ?? [x1, y1];
    const length = Math.hypot(x2 - x1, y2 - y1);
    return { x: x1, y: y1, nx: (y2 - y1) / length, ny: (x1 - x2) / length };
  });
  return (x, y) =>
    edges.reduce((worst, e) => Math.max(worst, (x - e.x) * e.nx + (y - e.y) * e.ny), Number.NEGATIVE_INFINITY);
}

/** Where and how large something is drawn: its own units times `scale` pixels, turned by `angle`, around `x`, `y`. */
export interface Placement {
  x: number;
  y: number;
  scale: number;
  angle: number;
  mirrored: boolean;
}

/** The shape in pixels of the picture. */
export function placed(shape: Shape, { x, y, scale, angle, mirrored }: Placement): Shape {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (px, py) => {
    const [dx, dy] = [px - x, py - y];
    const u = (cos * dx + sin * dy) / scale;
    const v = (cos * dy - sin * dx) / scale;
    return shape(mirrored ? -u : u, v) * scale;
  };
}
