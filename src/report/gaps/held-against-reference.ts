/** Whether a reference run, usually over the training set, has images like those of a gap. */

import { at } from '../../explain/at.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import { evidenceVectors, standardised } from '../clusters/features.ts';
import { nearest, relativeDistance, unbounded, weightedShare } from '../clusters/nearest-neighbours.ts';
import { mean, rounded } from '../clusters/numbers.ts';
import { concatenated, type Point } from '../clusters/points.ts';
import { principalComponents } from '../clusters/principal-components.ts';
import { isCorrect, rowOf, type Sample, type SampledImage, type SeenMaps } from '../clusters/sample.ts';
import type { Gap } from '../contract.ts';
import { rankSumPValue } from '../interventions/rank-sum.ts';
import type { EvidenceRows } from '../read/evidence.ts';

export interface GapReference {
  sample: Sample;
  maps: SeenMaps;
}

/** Fewer images of a class are none to be near to. */
const fewest = 6;
const neighbours = 10;
const components = 12;
/** Of the class's correct images, those whose neighbours are looked for. */
const mostControls = 1000;

/** A gap in one class of the run. */
export interface OwnGap {
  /** All images of the class, and those of the gap. */
  images: readonly SampledImage[];
  members: readonly SampledImage[];
  maps: SeenMaps;
}

/**
 * Among the neighbours of each image, in a layer that the answer has not shaped, some are the run's own and some the reference's. A subgroup that the reference lacks has its own images around
 * it, more than correct images have. The answers do not count: a network that has learned its training set by heart is right about all of it.
 * @returns null where the two runs share no layer, and where the run has no correct image of the class to compare with
 */
export function heldAgainstReference(gap: OwnGap, reference: GapReference, label: number): Gap['reference'] {
  const known = reference.sample.filter((image) => image.label === label);
  const layers = gap.maps.label.flatMap((map, layer) => {
    const theirs = reference.maps.label[layer];
    return theirs === undefined || theirs.channels !== map.channels ? [] : [{ own: map, theirs }];
  });
  if (layers.length === 0 || !gap.images.some(isCorrect)) return null;
  if (known.length < fewest) return { distance: unbounded, rarer: unbounded, chance: 0 };
  const found = layers.map((layer) => rarity(gap, known, layer)).sort((a, b) => a.chance - b.chance);
  const { rarer, chance } = at(found, 0);
  return { distance: distanceTo(gap, known, layers), rarer, chance: Math.min(1, chance * layers.length) };
}

interface Layer {
  own: EvidenceRows;
  theirs: EvidenceRows;
}

interface Placed {
  point: Point;
  weight: number;
  isOwn: boolean;
}

/** How many times as rare images like the members are in the reference as images like the correct ones, and the probability that they are no rarer. */
function rarity({ images, members }: OwnGap, known: Sample, layer: Layer): { rarer: number; chance: number } {
  const points = pointsOf([layer], images, known);
  const all = [...images, ...known].map(
    ({ weight }, i): Placed => ({ point: at(points, i), weight, isOwn: i < images.length }),
  );
  const inGap = new Set(members.map(rowOf));
  const placesOf = (isOne: (image: SampledImage) => boolean) =>
    images.flatMap((image, i) => (isOne(image) ? [at(all, i)] : []));
  const ownShare = (one: Placed) => weightedShare(nearest(all, one.point, neighbours, one), ({ isOwn }) => isOwn);
  const ofMembers = placesOf(({ row }) => inGap.has(row)).map(ownShare);
  const ofCorrect = systematicSample(placesOf(isCorrect), mostControls).map(ownShare);
  return {
    rarer: rounded(Math.min(unbounded, odds(mean(ofMembers)) / odds(mean(ofCorrect)))),
    chance: rankSumPValue(ofMembers, ofCorrect),
  };
}

/** Shares of a few neighbours: all of them is not for sure. */
function odds(share: number): number {
  const bounded = Math.min(Math.max(share, 0.5 / neighbours), 1 - 0.5 / neighbours);
  return bounded / (1 - bounded);
}

/** Median distance of the members to the fifth nearest correct image of the reference, over that of those to each other. */
function distanceTo({ members }: OwnGap, known: Sample, layers: readonly Layer[]): number {
  const correct = known.filter(isCorrect);
  if (correct.length < fewest) return unbounded;
  const points = pointsOf(layers, members, correct).map((point) => ({ point }));
  return rounded(relativeDistance(points.slice(0, members.length), points.slice(members.length)));
}

/** Of both runs in one space. */
function pointsOf(layers: readonly Layer[], mine: Sample, known: Sample): Point[] {
  const blocks = layers.map(({ own, theirs }) =>
    standardised([...evidenceVectors(own, mine.map(rowOf)), ...evidenceVectors(theirs, known.map(rowOf))]),
  );
  return principalComponents(concatenated(blocks), components);
}
