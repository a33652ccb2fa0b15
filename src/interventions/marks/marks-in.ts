/** Whether a picture has marks, and where. */

import type { RgbImage } from '../../shared/picture/raster.ts';
import type { Mask } from '../mask.ts';
import {
  aligned,
  type LayeredPattern,
  type LayeredPlane,
  layered,
  patternOf,
  type Shift,
  valueAt,
} from './alignment.ts';
import { detailOf } from './detail.ts';

/** What several pictures have in common pixel by pixel, as one of them has it. */
export interface Marks {
  /** With a pixel around it. */
  mask: Mask;
  /** Detail, `[height, width]`: how much brighter than its surroundings a mark is at a pixel, in levels; 0 beside it. */
  levels: Float32Array;
}

/** Of the marks' own strength: less is another thing of the picture. */
const leastStrength = 0.4;
/** Of what a picture shows where the marks would be, how alike it is to them. */
const leastCorrelation = 0.4;
/** How much better the marks fit than a decoy does. */
const leastLead = 1.3;
/** Of its strength, what a decoy may be like the marks: a ring's mirror image is a ring. */
const mostAlike = 0.5;

/** Marks, ready to be looked for. */
export interface MarkSearch {
  marks: Marks;
  pattern: LayeredPattern;
  /** As large and no marks: their mirror images and their opposite. */
  decoys: LayeredPattern[];
  /** Sum of squares. */
  energy: number;
}

export function searchFor(marks: Marks): MarkSearch {
  const { mask, levels } = marks;
  const { width, height } = mask;
  const planeOf = (from: (x: number, y: number) => number) =>
    layered(
      Float64Array.from(levels, (_, at) => from(at % width, Math.floor(at / width))),
      mask,
    );
  const level = (x: number, y: number) => levels[y * width + x] ?? 0;
  const plane = planeOf(level);
  const energy = levels.reduce((sum, value) => sum + value * value, 0);
  const decoys = [
    planeOf((x, y) => level(width - 1 - x, y)),
    planeOf((x, y) => level(x, height - 1 - y)),
    planeOf((x, y) => level(width - 1 - x, height - 1 - y)),
    planeOf((x, y) => -level(x, y)),
  ].map((decoy) => patternOf(decoy));
  const isUnlike = (decoy: LayeredPattern) => aligned(decoy, plane).product < mostAlike * energy;
  return { marks, pattern: patternOf(plane), decoys: decoys.filter(isUnlike), energy };
}

/** Where each of some pictures has the marks; null where it does not have them. */
export function whereMarksAre(marks: Marks, pictures: readonly RgbImage[]): (Shift | null)[] {
  const search = searchFor(marks);
  return pictures.map((picture) => marksIn(search, layered(detailOf(picture), picture)));
}

/**
 * Where a picture has the marks; null where it does not have them. A picture that the marks were made from counts with those of the others.
 * @param of how many pictures the marks were made from, this one among them; 0 for another one
 */
export function marksIn({ marks, pattern, decoys, energy }: MarkSearch, plane: LayeredPlane, of = 0): Shift | null {
  const found = aligned(pattern, plane);
  const own = energyThere(marks, plane, found);
  const product = of > 1 ? (of * found.product - own) / (of - 1) : found.product;
  if (product < leastStrength * energy) return null;
  if (product < leastCorrelation * Math.sqrt(energy * own)) return null;
  const isDecoy = (decoy: LayeredPattern) => product < leastLead * aligned(decoy, plane).product;
  return decoys.some(isDecoy) ? null : { right: found.right, down: found.down };
}

/** Sum of squares of what the picture shows where the marks would be. */
function energyThere({ levels, mask }: Marks, plane: LayeredPlane, by: Shift): number {
  let sum = 0;
  levels.forEach((level, at) => {
    if (level !== 0) sum += valueAt(plane.pixels, mask, at % mask.width, Math.floor(at / mask.width), by) ** 2;
  });
  return sum;
}
