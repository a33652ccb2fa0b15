/** Findings on pairs of an image and a class in plain words with numbers. */

import type { Cluster, Gap } from '../contract.ts';
import { againstReference, timesAsUnlike } from '../gaps/sentences.ts';
import { lookingAt } from '../looking-at.ts';
import { series } from '../series.ts';
import type { Travelling } from './co-occurrence.ts';

export type NameOfClass = (index: number) => string;

/** @param withNone images of the cluster that have none of the classes */
export function clusterText(
  {
    size,
    predicted,
    labels,
    place,
    errorRate,
  }: Pick<Cluster, 'size' | 'labels' | 'place' | 'errorRate'> & { predicted: number },
  withNone: number,
  name: NameOfClass,
): string {
  const shown = [
    ...labels.slice(0, 4).map((own) => `${name(own.class)} (${own.count})`),
    ...(withNone === 0 ? [] : [`none of the classes (${withNone})`]),
  ];
  const { slice, classes } = errorRate;
  return (
    `${images(size)} without ${name(predicted)} ${size === 1 ? 'is' : 'are'} decided to have it, ${lookingAt(place)}. What is true of them: ${seriesOf(shown)}. ` +
    `Of images that look like these, ${percent(slice)} are; of all with such labels, ${percent(classes)}.`
  );
}

export function gapText(
  { size, label, share, predicted, distance, reference }: Omit<Gap, 'sentence'>,
  name: NameOfClass,
): string {
  const others = predicted.slice(0, 4).map((own) => `${name(own.class)} (${own.count})`);
  const decided = others.length === 0 ? 'nothing else is decided of them' : `decided of them: ${seriesOf(others)}`;
  return (
    `${images(size)} with ${name(label)}, ${percent(share)} of those where it is missed, are unlike the ones where it is found; ${decided}. ` +
    `What the network sees in them is ${timesAsUnlike(distance)} those that are found as those are unlike each other${againstReference(reference)}`
  );
}

export function travellingText(
  { class: index, with: other, rows, falsePositives, rate, otherwise }: Travelling,
  place: string | null,
  agreement: number | null,
  name: NameOfClass,
): string {
  const without = otherwise === null ? '' : `, against ${percent(otherwise)} of the images without ${name(other)}`;
  const same = agreement !== null && agreement >= sameSpot;
  const lie = place === null || place === 'nowhere' ? '' : ` Their maps for ${name(index)} lie ${placed(place)}.`;
  const where = same ? ` Their maps for ${name(index)} lie where ${name(other)} is seen.` : lie;
  return (
    `${rows.length} of the ${falsePositives} false positives of ${name(index)} come with ${name(other)}: ${name(index)} is decided of ${percent(rate)} of the images that have ${name(other)} and not ${name(index)}` +
    `${without}.${where} Something that travels with ${name(other)} is taken for ${name(index)}: collect ${name(other)} without ${name(index)}, and ${name(index)} without ${name(other)}.`
  );
}

/** Correlation of two maps from which on they look at the same. */
const sameSpot = 0.5;

function placed(place: string): string {
  return place === 'all over' ? 'all over the picture' : `at the ${place}`;
}

function seriesOf(parts: readonly string[]): string {
  return parts.length === 0 ? 'nothing that is known' : series(parts);
}

function images(count: number): string {
  return `${count} image${count === 1 ? '' : 's'}`;
}

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 1 ? `${value.toFixed(1)}%` : `${Math.round(value)}%`;
}
