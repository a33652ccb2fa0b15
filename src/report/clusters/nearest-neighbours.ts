import { median, sum } from './numbers.ts';
import { distance, type Point } from './points.ts';

/** The `count` nearest of the items but `self`, nearest first. */
export function nearest<Item extends { point: Point }>(
  items: readonly Item[],
  from: Point,
  count: number,
  self: { point: Point } | null = null,
): Item[] {
  const best: { item: Item; far: number }[] = [];
  for (const item of items) {
    if (item === self) continue;
    const far = distance(item.point, from);
    const last = best[best.length - 1];
    if (best.length === count && last !== undefined && far >= last.far) continue;
    const place = best.findIndex((other) => other.far > far);
    best.splice(place === -1 ? best.length : place, 0, { item, far });
    if (best.length > count) best.pop();
  }
  return best.map(({ item }) => item);
}

/** Stands for a distance or a ratio without an end. */
export const unbounded = 1000;

/** Median distance to the fifth nearest of `known`, over that of `known` to each other. */
export function relativeDistance(images: readonly { point: Point }[], known: readonly { point: Point }[]): number {
  const reach = (image: { point: Point }) => {
    const last = nearest(known, image.point, 5, image).at(-1);
    return last === undefined ? unbounded : distance(last.point, image.point);
  };
  const usual = median(known.map(reach));
  const far = median(images.map(reach));
  return usual === 0 ? unbounded : Math.min(unbounded, far / usual);
}

/** Share of the weight that items with a trait have; of a point's neighbours, the k-nearest-neighbour estimate of its rate. 0 without any weight. */
export function weightedShare<Item extends { weight: number }>(
  items: readonly Item[],
  hasTrait: (item: Item) => boolean,
): number {
  const total = sum(items.map(({ weight }) => weight));
  return total === 0 ? 0 : sum(items.map((item) => (hasTrait(item) ? item.weight : 0))) / total;
}
