/** How well each class is decided, and all of them together. docs/guide/multi-label.md has the formulas' sources. */

import { at } from '../../explain/at.ts';
import { auroc, averagePrecision, bestF1, type Operating, operatingPoints } from '../../shared/run/ranking-metrics.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import { mean, range } from '../clusters/numbers.ts';
import type { MultiLabelClass, MultiLabelFindings, PairCounts, PairScores } from '../contract.ts';
import { reliability } from '../findings/calibration.ts';
import { isDecided, type PairTable, scoreOf, truthOf } from './pair-table.ts';

/** Points of a curve that are kept. */
const mostPoints = 256;

export type PairFindings = Pick<MultiLabelFindings, 'pairs' | 'exact' | 'micro' | 'macro' | 'classes'>;

export function pairFindings(table: PairTable, classNames: readonly (string | null)[]): PairFindings {
  const classes = range(table.classes).map((index) => classOf(table, index, classNames[index] ?? null));
  const total = (field: keyof PairCounts) => classes.reduce((sum, own) => sum + own[field], 0);
  const counts = {
    truePositives: total('truePositives'),
    falsePositives: total('falsePositives'),
    falseNegatives: total('falseNegatives'),
    trueNegatives: total('trueNegatives'),
  };
  const points = operatingPoints(knownPairs(table, range(table.classes)));
  return {
    pairs: { ...counts, unknown: classes.reduce((sum, { unknown }) => sum + unknown, 0) },
    exact: exactMatch(table),
    micro: { ...atThreshold(counts), averagePrecision: averagePrecision(points), auroc: auroc(points) },
    macro: {
      precision: meanOf(classes, 'precision'),
      recall: meanOf(classes, 'recall'),
      f1: meanOf(classes, 'f1'),
      averagePrecision: meanOf(classes, 'averagePrecision'),
      auroc: meanOf(classes, 'auroc'),
    },
    classes,
  };
}

function classOf(table: PairTable, index: number, name: string | null): MultiLabelClass {
  const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
  let unknown = 0;
  for (let row = 0; row < table.rows; row += 1) {
    const truth = truthOf(table, row, index);
    const decided = isDecided(table, row, index);
    if (truth === 1) counts[decided ? 'truePositives' : 'falseNegatives'] += 1;
    else if (truth === 0) counts[decided ? 'falsePositives' : 'trueNegatives'] += 1;
    else unknown += at(table.labelled, row);
  }
  const known = knownPairs(table, [index]);
  const points = operatingPoints(known);
  const positives = counts.truePositives + counts.falseNegatives;
  return {
    class: index,
    name,
    threshold: at(table.thresholds, index),
    positives,
    negatives: counts.falsePositives + counts.trueNegatives,
    unknown,
    ...counts,
    ...atThreshold(counts),
    averagePrecision: averagePrecision(points),
    auroc: auroc(points),
    bestF1: bestF1(points),
    calibration: reliability(known.scores, known.truth),
    curve: positives === 0 ? [] : curveOf(points, positives),
  };
}

/** Pairs whose truth is known. A score that is not recorded is below all that are. */
function knownPairs(table: PairTable, classes: readonly number[]): { scores: Float64Array; truth: Uint8Array } {
  const scores = new Float64Array(table.rows * classes.length);
  const truth = new Uint8Array(table.rows * classes.length);
  let count = 0;
  for (const index of classes) {
    for (let row = 0; row < table.rows; row += 1) {
      const own = truthOf(table, row, index);
      if (own < 0) continue;
      const score = scoreOf(table, row, index);
      scores[count] = Number.isNaN(score) ? 0 : score;
      truth[count] = own;
      count += 1;
    }
  }
  return { scores: scores.subarray(0, count), truth: truth.subarray(0, count) };
}

function curveOf(points: Operating[], positives: number): MultiLabelClass['curve'] {
  const last = points.at(-1);
  const kept = systematicSample(points, mostPoints - 1);
  const all = last === undefined || kept.includes(last) ? kept : [...kept, last];
  return all.map(({ threshold, truePositives, falsePositives }) => ({
    threshold,
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / positives,
  }));
}

function atThreshold(counts: PairCounts): Pick<PairScores, 'precision' | 'recall' | 'f1'> {
  const { truePositives, falsePositives, falseNegatives } = counts;
  return {
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, truePositives + falseNegatives),
    f1: share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function meanOf(classes: readonly MultiLabelClass[], field: keyof PairScores): number | null {
  const values = classes.flatMap((own) => own[field] ?? []);
  return values.length === 0 ? null : mean(values);
}

/** Images with labels, and those all of whose known pairs are decided rightly. */
export function exactMatch(table: PairTable): PairFindings['exact'] {
  let [images, right] = [0, 0];
  for (let row = 0; row < table.rows; row += 1) {
    if (at(table.labelled, row) === 0) continue;
    images += 1;
    const wrong = range(table.classes).some((index) => {
      const truth = truthOf(table, row, index);
      return truth >= 0 && (truth === 1) !== isDecided(table, row, index);
    });
    if (!wrong) right += 1;
  }
  return { images, right, share: share(right, images) };
}
