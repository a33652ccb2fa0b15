/**
 * Groups of one class's false positives that have the same cause. Grouping parts light from dark and class from class; what sets one part apart from
 * other mistakes sets the other parts of a cause apart as well, and hardly those of another.
 */

import { discriminant, heldOutSides } from './discriminant.ts';
import type { Looks } from './mistake-looks.ts';
import { mean } from './numbers.ts';
import { pick } from './points.ts';

/**
 * How much of a group's own way off other mistakes another must go for the two to be one, each along what sets the other apart: a mean over the views,
 * in which the first counts for two. Set on the development sets of docs/reference/planted-gaps.md.
 */
const sharedWay = 0.6;

/**
 * @param groups places in each view's own points
 * @param views the first one counts for two; without a view nothing is joined
 * @returns the same places: groups that belong together as one
 */
export function joinSameCauses(groups: readonly number[][], views: readonly Looks[]): number[][] {
  const apart = groups.map((places) => setApart(places, views));
  for (;;) {
    let best: { one: SetApart; other: SetApart; way: number } | null = null;
    for (const [at, other] of apart.entries())
      for (const one of apart.slice(0, at)) {
        const way = wayOfBoth(one, other);
        if (way >= (best?.way ?? sharedWay)) best = { one, other, way };
      }
    if (best === null) return apart.map(({ places }) => places);
    const { one, other } = best;
    apart[apart.indexOf(one)] = setApart([...one.places, ...other.places], views);
    apart.splice(apart.indexOf(other), 1);
  }
}

interface SetApart {
  places: number[];
  /** For each view: how far other members of it go along what sets this group apart, 1 being as far as its own that were left out. */
  ways: ((places: readonly number[]) => number)[];
}

function setApart(places: number[], views: readonly Looks[]): SetApart {
  const ways = views.map(({ own, others }) => {
    const points = pick(places, own);
    const side = discriminant(points, others);
    const usual = mean(heldOutSides(points, others));
    return (theirs: readonly number[]) => (usual <= 0 ? 0 : mean(pick(theirs, own).map(side)) / usual);
  });
  return { places, ways };
}

function wayOfBoth(one: SetApart, other: SetApart): number {
  const ways = one.ways.map((way, view) => Math.min(way(other.places), other.ways[view]?.(one.places) ?? 0));
  const [first = 0] = ways;
  return mean([first, ...ways]);
}
