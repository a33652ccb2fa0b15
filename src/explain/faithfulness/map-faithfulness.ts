/** How well one map tells which pixels the score of its class rests on. */

import type { ModelInput } from '../explanation.ts';
import { confidenceDrop, maskedPicture } from './confidence.ts';
import { areaUnder, blurredPicture, deletionPictures, emptyPicture, insertionPictures, steps } from './deletion.ts';
import { importanceOrder } from './importance-order.ts';
import { imputedPicture, removedShares } from './road.ts';

export interface MapFaithfulness {
  /** Area under the score's curve as pixels are taken away, the most important first. Low is good. */
  deletion: number;
  /** The same as pixels are given to a blurred picture. High is good. */
  insertion: number;
  /** Share of the score that is lost when only the map's part of the picture is left. Low is good. */
  drop: number;
  /** Whether the score rises then. */
  increase: boolean;
  road: {
    /** Mean score over the shares of pixels that ROAD takes away. */
    mostImportantFirst: number;
    leastImportantFirst: number;
    /** The second less the first: high is good, 0 is chance. */
    difference: number;
  };
}

/** Asks the model for the scores of pictures, `[classCount]` each; see `ScoreModel.scores`. */
export type AskScores = (pictures: Iterable<Float32Array>) => Promise<Float32Array[]>;

/** A picture with what every map of it is measured against. */
export interface PictureProbe {
  input: ModelInput;
  picture: Float32Array;
  blur: Float32Array;
  /** Scores of the picture, of its blurred form, and of an empty one. */
  scores: { whole: Float32Array; blurred: Float32Array; empty: Float32Array };
  ask: AskScores;
}

export async function probePicture(picture: Float32Array, input: ModelInput, ask: AskScores): Promise<PictureProbe> {
  const blur = blurredPicture(picture, input);
  const [whole, blurred, empty] = await ask([picture, blur, emptyPicture(input)]);
  if (whole === undefined || blurred === undefined || empty === undefined)
    throw new Error('Three pictures have three scores.');
  return { input, picture, blur, scores: { whole, blurred, empty }, ask };
}

/**
 * @param map one value a pixel, one of them positive
 * @param explained the class that the map explains
 */
export async function judgeMap(probe: PictureProbe, map: Float32Array, explained: number): Promise<MapFaithfulness> {
  const of = (scores: Float32Array | undefined) => scores?.[explained] ?? Number.NaN;
  const answers = (await probe.ask(changedPictures(probe, map))).map(of);
  const [whole, blurred, empty] = [of(probe.scores.whole), of(probe.scores.blurred), of(probe.scores.empty)];
  const take = (count: number) => answers.splice(0, count);
  const deletion = areaUnder([whole, ...take(steps - 1), empty]);
  const insertion = areaUnder([blurred, ...take(steps - 1), whole]);
  const [masked = Number.NaN] = take(1);
  const mostImportantFirst = mean(take(removedShares.length));
  const leastImportantFirst = mean(take(removedShares.length));
  return {
    deletion,
    insertion,
    drop: confidenceDrop(whole, masked),
    increase: masked > whole,
    road: { mostImportantFirst, leastImportantFirst, difference: leastImportantFirst - mostImportantFirst },
  };
}

/** In the order in which `judgeMap` takes their scores. */
function* changedPictures({ input, picture, blur }: PictureProbe, map: Float32Array): Generator<Float32Array> {
  const order = importanceOrder(map);
  yield* deletionPictures(picture, order, input);
  yield* insertionPictures(picture, blur, order, input);
  yield maskedPicture(picture, map, input);
  for (const share of removedShares) yield imputedPicture(picture, order, share, input);
  const leastFirst = order.toReversed();
  for (const share of removedShares) yield imputedPicture(picture, leastFirst, share, input);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
