/** False positives whose label is probably missing: the network is sure of the class and sees it where it sees true ones. */

import { at } from '../../explain/at.ts';
import { evidenceVectors } from '../clusters/features.ts';
import { mean, median, range, rounded } from '../clusters/numbers.ts';
import type { MissingLabel } from '../contract.ts';
import type { EvidenceRows } from '../read/evidence.ts';
import { keyOf, type RunTable } from '../read/run-table.ts';
import type { SeenPair } from './pair-evidence.ts';
import { isDecided, type PairTable, scoreOf, truthOf } from './pair-table.ts';
import type { NameOfClass } from './sentences.ts';

/** With fewer images that have the class, it is not known what its own score or look is. */
const fewestPositives = 5;
/** Share of the true positives whose likeness to the others is lower. */
const lowerShare = 0.25;

export interface SuspectedPair {
  row: number;
  class: number;
  score: number;
  likeness: MissingLabel['likeness'];
  /** Mean score of the class over the images that have it and where it is decided. */
  usualScore: number;
}

/**
 * The score is at least the mean over the true positives (of confident learning, Northcutt et al. 2021, section 3.1, with those that are missed left out), and the evidence is as
 * like that of true positives, by the median cosine, as theirs mostly is.
 * @param map of the deepest layer, with a row for each of the pairs
 * @param explained places among the pairs that a cluster with a cause holds: a cue is no missing label
 */
export function missingLabels(
  table: PairTable,
  pairs: readonly SeenPair[],
  map: EvidenceRows,
  explained: ReadonlySet<number>,
): SuspectedPair[] {
  const found = range(table.classes).flatMap((index) => {
    const places = [...pairs.keys()].filter((place) => at(pairs, place).class === index);
    const truePositives = places.filter((place) => at(pairs, place).kind === 'true-positive');
    const usualScore = meanOfPositives(table, index);
    if (truePositives.length < fewestPositives || Number.isNaN(usualScore)) return [];
    const candidates = places.filter(
      (place) =>
        at(pairs, place).kind === 'false-positive' &&
        !explained.has(place) &&
        scoreOf(table, at(pairs, place).row, index) >= usualScore,
    );
    if (candidates.length === 0) return [];
    const vectors = evidenceVectors(map, [...truePositives, ...candidates]).map(unit);
    const known = vectors.slice(0, truePositives.length);
    const among = known.map((vector, i) => median(known.filter((_, j) => j !== i).map((other) => dot(vector, other))));
    const usual = [...among].sort((a, b) => a - b)[Math.floor(among.length * lowerShare)] ?? 1;
    return candidates.flatMap((place, i): SuspectedPair[] => {
      const vector = at(vectors, truePositives.length + i);
      const own = median(known.map((other) => dot(vector, other)));
      if (own < usual) return [];
      const { row } = at(pairs, place);
      const likeness = { own: rounded(own), usual: rounded(median(among)) };
      return [{ row, class: index, score: scoreOf(table, row, index), likeness, usualScore }];
    });
  });
  return found.sort((a, b) => b.score - a.score || a.row - b.row || a.class - b.class);
}

export function missingLabelOf(run: RunTable, suspected: SuspectedPair, name: NameOfClass): MissingLabel {
  const { row, class: index, score, likeness, usualScore } = suspected;
  return {
    key: keyOf(run, row),
    class: index,
    score,
    likeness,
    reason:
      `Scores ${percent(score)} for ${name(index)}, no less than images with that label where it is found do on average (${percent(usualScore)}), ` +
      'and is seen as they are.',
  };
}

function meanOfPositives(table: PairTable, index: number): number {
  const scores = range(table.rows)
    .filter((row) => truthOf(table, row, index) === 1 && isDecided(table, row, index))
    .map((row) => scoreOf(table, row, index) || 0);
  return scores.length < fewestPositives ? Number.NaN : mean(scores);
}

function unit(vector: readonly number[]): number[] {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? [...vector] : vector.map((value) => value / length);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * at(b, i), 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
