/** What the records of a run say of pairs of an image and a class: the thresholds, and what is decided by them. */

import { ClassNames } from '../../explain/class-names.ts';
import { classesOf, type Decisions, pairsOf } from './image-decisions.ts';
import { bestF1, operatingPoints } from './ranking-metrics.ts';
import type { StoredThreshold } from './threshold-setting.ts';
import { thresholdsOf, usualThreshold } from './thresholds.ts';

/** Counts are of pairs whose truth is known, at these thresholds. */
export interface MultiLabelSummary {
  /** By class index. */
  thresholds: number[];
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
  /** 2 TP / (2 TP + FP + FN) over all of them; null where nothing is true or decided. */
  microF1: number | null;
}

/** Holds every score whose truth is known: nine bytes a pair. */
export class MultiLabelTally {
  readonly #threshold: StoredThreshold | undefined;
  readonly #names: readonly string[] | null;
  readonly #classes: ClassScores[] = [];

  constructor(threshold: StoredThreshold | undefined, names: readonly string[] | null) {
    this.#threshold = threshold;
    this.#names = names;
  }

  add(record: Decisions): void {
    const classCount = Math.max(classesOf(record), this.#classes.length);
    while (this.#classes.length < classCount) this.#classes.push(new ClassScores());
    for (const { class: index, isTrue, score } of pairsOf(record, classCount)) {
      // A score that is not recorded is below the floor, and so below all that are.
      if (isTrue !== null) this.#classes[index]?.add(score ?? 0, isTrue);
    }
  }

  /** Null where no record had decisions. */
  get summary(): MultiLabelSummary | null {
    if (this.#classes.length === 0) return null;
    const thresholds = this.#thresholds();
    const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };
    for (const [index, { scores, truth, count }] of this.#classes.entries()) {
      const threshold = thresholds[index] ?? usualThreshold;
      for (let i = 0; i < count; i += 1) {
        const isDecided = (scores[i] ?? 0) >= threshold;
        if (truth[i] === 1) counts[isDecided ? 'truePositives' : 'falseNegatives'] += 1;
        else counts[isDecided ? 'falsePositives' : 'trueNegatives'] += 1;
      }
    }
    const { truePositives, falsePositives, falseNegatives } = counts;
    const named = 2 * truePositives + falsePositives + falseNegatives;
    return { thresholds, ...counts, microF1: named === 0 ? null : (2 * truePositives) / named };
  }

  #thresholds(): number[] {
    if (this.#threshold !== 'best-f1') {
      const names = this.#names === null ? null : new ClassNames(this.#names, 'the class names');
      return [...thresholdsOf(this.#threshold, this.#classes.length, names)];
    }
    return this.#classes.map(({ scores, truth, count }) => {
      const points = operatingPoints({ scores: scores.subarray(0, count), truth: truth.subarray(0, count) });
      return bestF1(points)?.threshold ?? usualThreshold;
    });
  }
}

/** Columns that grow. */
class ClassScores {
  scores = new Float64Array(256);
  truth = new Uint8Array(256);
  count = 0;

  add(score: number, isTrue: boolean): void {
    if (this.count === this.scores.length) {
      const [scores, truth] = [new Float64Array(2 * this.count), new Uint8Array(2 * this.count)];
      scores.set(this.scores);
      truth.set(this.truth);
      this.scores = scores;
      this.truth = truth;
    }
    this.scores[this.count] = score;
    this.truth[this.count] = isTrue ? 1 : 0;
    this.count += 1;
  }
}

/** Thresholds by the names of their classes, as `--threshold` reads them. */
export function thresholdsFile({ thresholds }: MultiLabelSummary, names: readonly string[] | null): string {
  const byClass = thresholds.map((threshold, index) => [names?.[index] ?? `#${index}`, threshold]);
  const isDistinct = new Set(byClass.map(([name]) => name)).size === byClass.length;
  const entries = isDistinct ? byClass : thresholds.map((threshold, index) => [`#${index}`, threshold]);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}
