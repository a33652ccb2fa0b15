/** Which images have a look: a mixture of two normal distributions, what is usual and what a cluster's images look like. */

import { mean, median, sum } from '../clusters/numbers.ts';
import type { LookPlaces } from './look-places.ts';

/** Standard deviation of a look at least, of the way from what is usual: a few pictures that happen to be alike are no measure. */
const leastSpread = 0.1;
/** Of the median of absolute deviations, for a normal distribution. */
const deviationsInMedian = 1.4826;
const rounds = 30;

interface Look {
  middle: number;
  spread: number;
  /** Standard deviation of usual images, about 0. */
  usual: number;
}

/**
 * Of a cluster's images and of others whether they have the look, by expectation and maximisation (Dempster, Laird and Rubin 1977): what is usual stays as it is in usual images, the look is fitted
 * to the cluster's own, and how many of the others have it to the others.
 */
export function haveLook({ own, others, usual }: LookPlaces): { own: boolean[]; others: boolean[] } {
  const middle = median(own);
  const near = own.filter((place) => place <= middle).map((place) => place - middle);
  let look: Look = { middle, spread: spreadOf(near), usual: spreadOf(usual) };
  let share = 0.8;
  for (let round = 0; round < rounds; round += 1) {
    const chances = own.map((place) => chanceOf(look, share, place));
    share = mean(chances);
    look = { ...look, ...fitted(own, chances) };
  }
  const shareOfOthers = fittedShare(look, others);
  return {
    own: own.map((place) => chanceOf(look, share, place) > 0.5),
    others: others.map((place) => chanceOf(look, shareOfOthers, place) > 0.5),
  };
}

/** Its middle, and its spread on the side of usual images: how far a look goes beyond tells nothing of those. */
function fitted(places: readonly number[], weights: readonly number[]): Pick<Look, 'middle' | 'spread'> {
  const weighted = places.map((place, i) => ({ place, weight: weights[i] ?? 0 })).sort((a, b) => a.place - b.place);
  const half = sum(weights) / 2;
  let below = 0;
  const middle = weighted.find(({ weight }) => {
    below += weight;
    return below >= half;
  })?.place;
  if (middle === undefined) return { middle: 1, spread: leastSpread };
  const near = weighted.filter(({ place }) => place <= middle);
  const variance =
    sum(near.map(({ place, weight }) => weight * (place - middle) ** 2)) / sum(near.map(({ weight }) => weight));
  return { middle, spread: Math.max(leastSpread, Math.sqrt(variance)) };
}

function spreadOf(deviations: readonly number[]): number {
  return Math.max(leastSpread, deviationsInMedian * median(deviations.map(Math.abs)));
}

function fittedShare(look: Look, places: readonly number[]): number {
  let share = 0.5;
  for (let round = 0; round < rounds; round += 1) share = mean(places.map((place) => chanceOf(look, share, place)));
  return share;
}

/** Of an image, that it has the look; beyond the middle of the look it is no less sure than there. */
function chanceOf({ middle, spread, usual }: Look, share: number, place: number): number {
  const seen = Math.min(place, middle);
  const own = share * densityOf((seen - middle) / spread, spread);
  const other = (1 - share) * densityOf(seen / usual, usual);
  return own / Math.max(own + other, Number.MIN_VALUE);
}

function densityOf(deviations: number, spread: number): number {
  return Math.exp(-(deviations ** 2) / 2) / spread;
}
