/** Gathers what is known and decided of each class, image by image, where images may have several labels. */

import { pairsOf } from '../../shared/run/image-decisions.ts';
import type { DoneRecord } from '../../shared/run/record.ts';
import { packFloats, packIntegers } from './packed-array.ts';
import { type ClassFile, classFileName, type MultiLabelColumns } from './page-data.ts';

export class ClassColumnsBuilder {
  readonly #thresholds: readonly number[];
  readonly #labels: number[] = [];
  readonly #decided: number[] = [];
  readonly #falsePositives: number[] = [];
  readonly #falseNegatives: number[] = [];
  readonly #classes: { scores: number[]; truth: number[] }[];

  constructor(thresholds: readonly number[]) {
    this.#thresholds = thresholds;
    this.#classes = thresholds.map(() => ({ scores: [], truth: [] }));
  }

  add(record: DoneRecord): void {
    const counts = { decided: 0, falsePositives: 0, falseNegatives: 0 };
    for (const { class: index, isTrue, score } of pairsOf(record, this.#classes.length)) {
      const decided = score !== null && Math.fround(score) >= Math.fround(this.#thresholds[index] ?? Number.NaN);
      if (decided) counts.decided += 1;
      if (decided && isTrue === false) counts.falsePositives += 1;
      if (!decided && isTrue === true) counts.falseNegatives += 1;
      this.#classes[index]?.scores.push(score ?? Number.NaN);
      this.#classes[index]?.truth.push(isTrue === null ? -1 : Number(isTrue));
    }
    this.#labels.push(record.labels?.length ?? -1);
    this.#decided.push(counts.decided);
    this.#falsePositives.push(counts.falsePositives);
    this.#falseNegatives.push(counts.falseNegatives);
  }

  pack(): MultiLabelColumns {
    return {
      labels: packIntegers(this.#labels),
      decided: packIntegers(this.#decided),
      falsePositives: packIntegers(this.#falsePositives),
      falseNegatives: packIntegers(this.#falseNegatives),
    };
  }

  *files(): Generator<{ name: string; content: ClassFile }> {
    for (const [index, { scores, truth }] of this.#classes.entries()) {
      yield { name: classFileName(index), content: { scores: packFloats(scores), truth: packIntegers(truth) } };
    }
  }
}
