/** Whether two clusters of one class show two things that look unlike, each at its place: a companion on the left is the one on the right. */

import { at } from '../../explain/at.ts';
import { detailOf } from '../../interventions/marks/detail.ts';
import type { Mask } from '../../interventions/mask.ts';
import type { RgbImage } from '../../shared/picture/raster.ts';
import { mean } from '../clusters/numbers.ts';
import type { PlacedCluster } from './own-places.ts';
import { signedRankPValue } from './signed-rank.ts';

/**
 * How much more alike an image's part is to those of its own cluster than to the other's, on average. Set on development sets of docs/reference/planted-gaps.md: halves of one cause
 * come to a tenth or less but for one, two marks to 0.13 and 0.25.
 */
const leastDifference = 0.1;
const mostChance = 0.01;

/** Side of a part, as a share of the picture's shorter one. */
const partShare = 0.3;

/** Cells along a side of a part, and by how many one may lie beside another. */
const cells = 33;
const mostShift = 8;

/** Detail in cells, row by row. */
type Part = Float64Array;

/** Parts are compared as they lie and shifted over each other; paired within each image, both clusters together (Wilcoxon 1945). */
export function showOwnThings(one: PlacedCluster, other: PlacedCluster): boolean {
  const [own, others] = [partsOf(one), partsOf(other)];
  const differences = [...differencesOf(own, others), ...differencesOf(others, own)];
  return mean(differences) >= leastDifference && signedRankPValue(differences) <= mostChance;
}

/** For each of a cluster's parts, its mean likeness to the cluster's others less that to the other cluster's. */
function differencesOf(own: readonly Part[], others: readonly Part[]): number[] {
  return own.map((part) => {
    const toOwn = own.filter((two) => two !== part).map((two) => likeness(part, two));
    return mean(toOwn) - mean(others.map((two) => likeness(part, two)));
  });
}

/** The square that has most of the cluster's place in it, of each image. */
function partsOf({ images, mask }: PlacedCluster): Part[] {
  const side = Math.round(Math.min(mask.width, mask.height) * partShare);
  const { left, top } = fullest(mask, side);
  return images.map(({ picture }) => cutOut(picture, left, top, side));
}

function fullest({ width, height, inside }: Mask, side: number): { left: number; top: number } {
  // Sums of all that lies above and to the left.
  const sums = new Uint32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += inside[y * width + x] ?? 0;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  const sumTo = (x: number, y: number) => sums[y * (width + 1) + x] ?? 0;
  let best = { left: 0, top: 0, count: -1 };
  for (let top = 0; top + side <= height; top++) {
    for (let left = 0; left + side <= width; left++) {
      const [right, bottom] = [left + side, top + side];
      const count = sumTo(right, bottom) - sumTo(left, bottom) - sumTo(right, top) + sumTo(left, top);
      if (count > best.count) best = { left, top, count };
    }
  }
  return best;
}

function cutOut(picture: RgbImage, left: number, top: number, side: number): Part {
  const detail = detailOf(picture);
  const part = new Float64Array(cells * cells);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const cell = Math.floor((y * cells) / side) * cells + Math.floor((x * cells) / side);
      part[cell] = at(part, cell) + at(detail, (top + y) * picture.width + left + x);
    }
  }
  return part;
}

/** The highest correlation of two parts, one shifted over the other. */
function likeness(one: Part, other: Part): number {
  let best = -1;
  for (let dy = -mostShift; dy <= mostShift; dy++) {
    for (let dx = -mostShift; dx <= mostShift; dx++) best = Math.max(best, correlation(one, other, dx, dy));
  }
  return best;
}

/** Pearson's, where the two lie over each other; 0 where one of them is even. */
function correlation(one: Part, other: Part, dx: number, dy: number): number {
  let [n, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  for (let y = Math.max(0, -dy); y < Math.min(cells, cells - dy); y++) {
    for (let x = Math.max(0, -dx); x < Math.min(cells, cells - dx); x++) {
      const [u, v] = [one[y * cells + x] ?? 0, other[(y + dy) * cells + x + dx] ?? 0];
      n += 1;
      a += u;
      b += v;
      aa += u * u;
      bb += v * v;
      ab += u * v;
    }
  }
  const spread = (aa - (a * a) / n) * (bb - (b * b) / n);
  return spread > 1e-6 ? (ab - (a * b) / n) / Math.sqrt(spread) : 0;
}
