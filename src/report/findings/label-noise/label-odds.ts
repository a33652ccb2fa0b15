/** What a run's scores say of each label against the predicted class: the columns that label noise is found in. */

import { at } from '../../../explain/at.ts';
import { type RunTable, topCount } from '../../read/run-table.ts';
import { judgedImages } from '../judged-images.ts';

/** Classes beside the predicted one of which a record tells the score. */
export const listedCount = topCount - 1;
/** Scores below count as this: a float32 softmax ends in zeros. */
const leastScore = 1e-12;

/** One entry for each labelled image. Classes are those that occur as labels, counted from 0: `place` of a class. */
export interface LabelOdds {
  places: number;
  /** Of the table. */
  rows: Int32Array;
  label: Int32Array;
  predicted: Int32Array;
  /** `[images, listedCount]`: other classes of which the score is known; -1 for none. */
  listed: Int32Array;
  /** `[images, listedCount]`: log of the predicted class's score over that of the listed class, at least 0. */
  listedGap: Float64Array;
  /** The same of each class that is not listed, by what the listed scores leave; and how many those are. */
  restGap: Float64Array;
  restCount: Int32Array;
  /** The same of the label; 0 where it is the predicted class. */
  labelGap: Float64Array;
}

/** Images that are predicted as a class which is nobody's label are left out: they are wrong whatever their label is. */
export function labelOdds(table: RunTable): LabelOdds {
  const judged = [...judgedImages(table)];
  const classes = [...new Set(judged.map(({ label }) => label))].sort((a, b) => a - b);
  const placeOf = new Map(classes.map((own, place) => [own, place]));
  const images = judged.filter(({ predicted }) => placeOf.has(predicted));
  const odds: LabelOdds = {
    places: classes.length,
    rows: Int32Array.from(images, ({ row }) => row),
    label: Int32Array.from(images, ({ label }) => placeOf.get(label) ?? -1),
    predicted: Int32Array.from(images, ({ predicted }) => placeOf.get(predicted) ?? -1),
    listed: new Int32Array(images.length * listedCount).fill(-1),
    listedGap: new Float64Array(images.length * listedCount),
    restGap: new Float64Array(images.length),
    restCount: new Int32Array(images.length),
    labelGap: new Float64Array(images.length),
  };
  for (const image of images.keys()) describeImage(table, placeOf, odds, image);
  return odds;
}

function describeImage(table: RunTable, placeOf: ReadonlyMap<number, number>, odds: LabelOdds, image: number): void {
  const row = at(odds.rows, image);
  const [predicted, label] = [at(odds.predicted, image), at(odds.label, image)];
  const gapOf = (score: number) => Math.max(0, Math.log(at(table.score, row) / Math.max(score, leastScore)));
  const classes = table.topClass.subarray(row * topCount, (row + 1) * topCount);
  const scores = table.topScore.subarray(row * topCount, (row + 1) * topCount);
  let [listed, known, total, last] = [0, 0, 0, 1];
  let labelGap = label === predicted ? 0 : Number.NaN;
  for (const [i, own] of classes.entries()) {
    if (own < 0) break;
    const score = at(scores, i);
    [known, total, last] = [known + 1, total + score, score];
    const place = placeOf.get(own) ?? -1;
    if (place < 0 || place === predicted || listed === listedCount) continue;
    const gap = gapOf(score);
    odds.listed[image * listedCount + listed] = place;
    odds.listedGap[image * listedCount + listed] = gap;
    listed += 1;
    if (place === label) labelGap = gap;
  }
  const others = Math.max(1, Math.max(table.classNames.length, odds.places) - known);
  // Sigmoid scores do not sum to 1.
  const rest = total > 1.001 ? last : Math.min(last, Math.max(0, 1 - total) / others);
  odds.restGap[image] = gapOf(rest);
  odds.restCount[image] = Math.max(0, odds.places - 1 - listed);
  odds.labelGap[image] = Number.isNaN(labelGap) ? at(odds.restGap, image) : labelGap;
}

/** Some of the images: every `step`th of them. */
export function everyNth(odds: LabelOdds, step: number): LabelOdds {
  const chosen = Array.from({ length: Math.ceil(odds.rows.length / step) }, (_, i) => i * step);
  const whole = (column: Int32Array) => Int32Array.from(chosen, (image) => at(column, image));
  const real = (column: Float64Array) => Float64Array.from(chosen, (image) => at(column, image));
  const slots = chosen.flatMap((image) => Array.from({ length: listedCount }, (_, i) => image * listedCount + i));
  return {
    places: odds.places,
    rows: whole(odds.rows),
    label: whole(odds.label),
    predicted: whole(odds.predicted),
    listed: Int32Array.from(slots, (slot) => at(odds.listed, slot)),
    listedGap: Float64Array.from(slots, (slot) => at(odds.listedGap, slot)),
    restGap: real(odds.restGap),
    restCount: whole(odds.restCount),
    labelGap: real(odds.labelGap),
  };
}
