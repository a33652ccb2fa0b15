/**
 * Groups of a batch's images that go through the session together. Where each image has its own classes to explain, a session run makes as many reverse
 * sweeps as its busiest image has classes: images with about as many classes, run together, leave few of them idle.
 */

import { truthValues } from './append-wanted.ts';
import { at } from './at.ts';
import type { SessionRun } from './compiled-session.ts';
import type { BatchOptions } from './options.ts';

/** A CPU works as fast on eight images as on more. */
export const sweepGroupSize = 8;

/**
 * Parts a batch: images with many true classes come first. What is true is known before the run, and what the network decides goes with it.
 * @param size images of a group
 * @returns of each group its images' places in the batch
 */
export function sweepGroups({ count, truth }: BatchOptions, classCount: number, size: number): number[][] {
  const places = Array.from({ length: count }, (_, image) => image);
  if (truth !== undefined) {
    const isTrue = (value: number) => value === truthValues.isTrue;
    const trueClasses = places.map((image) => truthOf(truth, image, classCount).filter(isTrue).length);
    places.sort((a, b) => at(trueClasses, b) - at(trueClasses, a));
  }
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => places.slice(i * size, (i + 1) * size));
}

/** What is true of one image, by class. */
function truthOf(truth: ArrayLike<number>, image: number, classCount: number): number[] {
  return Array.from({ length: classCount }, (_, i) => at(truth, image * classCount + i));
}

/** A group as a batch of its own. @param pixels of the batch's images, and of no others */
export function groupBatch(
  pixels: Float32Array | Uint8Array,
  { count, labels, truth, inputRows }: BatchOptions,
  places: readonly number[],
  classCount: number,
): { pixels: Float32Array | Uint8Array; options: BatchOptions } {
  return {
    pixels: pickRows(pixels, count, places),
    options: {
      count: places.length,
      ...(labels === undefined ? {} : { labels: Int32Array.from(places, (place) => labels[place] ?? -1) }),
      ...(truth === undefined ? {} : { truth: places.flatMap((place) => truthOf(truth, place, classCount)) }),
      ...(inputRows === undefined ? {} : { inputRows: places.map((place) => at(inputRows, place)) }),
    },
  };
}

/** What the session said of each group, as of one batch. */
export function inPlaces(runs: readonly SessionRun[], groups: readonly (readonly number[])[]): SessionRun {
  const { explanation, targets } = at(runs, 0);
  const count = groups.reduce((sum, { length }) => sum + length, 0);
  const floats = (valuesOf: (run: SessionRun) => Float32Array) => {
    const parts = runs.map(valuesOf);
    const joined = new Float32Array((at(parts, 0).length / at(groups, 0).length) * count);
    for (const [i, places] of groups.entries()) putRows(at(parts, i), places, joined, count);
    return joined;
  };
  const classes = (valuesOf: (run: SessionRun) => Int32Array) => {
    const joined = new Int32Array(count);
    for (const [i, places] of groups.entries()) putRows(valuesOf(at(runs, i)), places, joined, count);
    return joined;
  };
  return {
    explanation: {
      ...explanation,
      count,
      logits: floats((run) => run.explanation.logits),
      scores: floats((run) => run.explanation.scores),
      maps: explanation.maps.map((map, i) => ({
        ...map,
        classes: classes((run) => at(run.explanation.maps, i).classes),
        values: floats((run) => at(run.explanation.maps, i).values),
        evidence: floats((run) => at(run.explanation.maps, i).evidence),
        gradientPeak: floats((run) => at(run.explanation.maps, i).gradientPeak),
      })),
      captured: explanation.captured.map((tensor, i) => ({
        ...tensor,
        shape: [count, ...tensor.shape.slice(1)],
        values: floats((run) => at(run.explanation.captured, i).values),
      })),
      statistics: explanation.statistics.map((found, i) => ({
        ...found,
        mean: floats((run) => at(run.explanation.statistics, i).mean),
        standardDeviation: floats((run) => at(run.explanation.statistics, i).standardDeviation),
        nearZero: floats((run) => at(run.explanation.statistics, i).nearZero),
      })),
    },
    targets: targets.map((target, i) => ({ ...target, classes: classes((run) => at(run.targets, i).classes) })),
  };
}

/** A batch's rows `places` of `[count, ...]`, as an array of their own. */
function pickRows(
  values: Float32Array | Uint8Array,
  count: number,
  places: readonly number[],
): Float32Array | Uint8Array {
  const length = values.length / count;
  const size = places.length * length;
  const picked = values instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  for (const [i, place] of places.entries())
    picked.set(values.subarray(place * length, (place + 1) * length), i * length);
  return picked;
}

/** Puts a group's rows at their places in the batch's `[count, ...]`. */
function putRows<Values extends Float32Array | Int32Array>(
  rows: Values,
  places: readonly number[],
  batch: Values,
  count: number,
): void {
  const length = batch.length / count;
  for (const [i, place] of places.entries()) batch.set(rows.subarray(i * length, (i + 1) * length), place * length);
}
