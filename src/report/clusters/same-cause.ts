/**
 * Groups of one class's false positives that have the same cause. Grouping parts light from dark and class from class; what a cause adds to a
 * picture is the same in each part, so the parts differ from ordinary pictures in the same direction.
 */

import type { EvidenceRows } from '../read/evidence.ts';
import { everyFew } from './choose-images.ts';
import { mean, range } from './numbers.ts';
import { centroid, evidenceColumns, type Point } from './points.ts';
import type { Sample } from './run-columns.ts';

/** Mean cosine over the layers from which on two groups are one. */
const sameDirection = 0.8;
const mostOrdinary = 1000;

/**
 * @param groups rows of the sample, group by group: false positives of the class `predicted`
 * @param maps evidence for the predicted class, one for each layer
 * @returns places in `groups` that belong together
 */
export function sameCauses(
  groups: readonly (readonly number[])[],
  predicted: number,
  sample: Sample,
  maps: readonly EvidenceRows[],
): number[][] {
  const alone = groups.map((_, at) => [at]);
  const ordinary = everyFew(
    range(sample.images.length).filter(
      (row) => sample.label[row] === sample.predicted[row] && sample.label[row] !== predicted,
    ),
    mostOrdinary,
  );
  if (groups.length < 2 || ordinary.length === 0) return alone;
  const rows = [...ordinary, ...groups.flat()];
  const layers = maps.map((map) => evidenceColumns([map], rows));
  const usual = layers.map((columns) => centroid(columns.slice(0, ordinary.length)));
  const directions = (first: number, count: number) =>
    layers.map((columns, layer) => {
      const middle = centroid(columns.slice(first, first + count));
      return middle.map((value, at) => value - (usual[layer]?.[at] ?? 0));
    });
  let first = ordinary.length;
  const merged = groups.map((group, at) => {
    const own = { places: [at], size: group.length, directions: directions(first, group.length) };
    first += group.length;
    return own;
  });
  for (;;) {
    let best: { a: number; b: number; cosine: number } | null = null;
    for (const [b, other] of merged.entries())
      for (const [a, one] of merged.slice(0, b).entries()) {
        const cosine = mean(
          one.directions.map((direction, layer) => cosineOf(direction, other.directions[layer] ?? [])),
        );
        if (cosine >= (best?.cosine ?? sameDirection)) best = { a, b, cosine };
      }
    if (best === null) return merged.map(({ places }) => places);
    const [one, other] = [merged[best.a], merged[best.b]];
    if (one === undefined || other === undefined) return alone;
    const size = one.size + other.size;
    merged[best.a] = {
      places: [...one.places, ...other.places],
      size,
      directions: one.directions.map((direction, layer) =>
        direction.map((value, at) => (value * one.size + (other.directions[layer]?.[at] ?? 0) * other.size) / size),
      ),
    };
    merged.splice(best.b, 1);
  }
}

function cosineOf(a: Point, b: Point): number {
  const dot = (x: Point, y: Point) => x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  return lengths === 0 ? 0 : dot(a, b) / lengths;
}
