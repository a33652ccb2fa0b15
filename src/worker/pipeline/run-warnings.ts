import { z } from 'zod';
import { BlankMapsTally, blankMapsText } from '../../shared/run/blank-maps.ts';
import { doneRecord } from '../../shared/run/record.ts';
import { SameScores } from './same-scores.ts';
import type { SettledImage } from './settled-image.ts';
import { ShiftedLabels } from './shifted-labels.ts';

/** How many of the first explained images must all be blank before it is said. */
const alike = 16;

/** What is read of a record. */
const answered = doneRecord
  .pick({ predicted: true, maps: true, top: true })
  .extend({ maps: z.array(z.unknown()) })
  .strip();

/** What may be found by the answers of a run. */
export type AnswerSign = 'same-scores' | 'shifted-labels';

/** Watches the records that this process makes for signs that the whole run is set up wrongly. Each warning is given once. */
export class RunWarnings {
  readonly #classCount: number;
  readonly #warn: (message: string) => void;
  #watchingLabels = true;
  #explained = 0;
  readonly #blank = new BlankMapsTally();
  readonly #same = new SameScores();
  readonly #shifted = new ShiftedLabels();
  /** What was said of the answers. */
  readonly said = new Set<AnswerSign>();

  constructor(classCount: number, warn: (message: string) => void) {
    this.#classCount = classCount;
    this.#warn = warn;
  }

  checkNames(names: readonly string[] | null): void {
    const message = namesWarning(names, this.#classCount);
    if (message !== null) this.#warn(message);
  }

  see(record: SettledImage): void {
    if (record.status === 'done') this.#seeAnswer(record);
    const labels = record.labels ?? (record.label === null ? [] : [record.label]);
    const beyond = labels.find((label) => label >= this.#classCount);
    if (this.#watchingLabels && beyond !== undefined) {
      this.#watchingLabels = false;
      this.#warn(
        `${record.key} has the label ${beyond}, but the model's classes end at ${this.#classCount - 1}: such images ` +
          'count as wrong and have no map for target label. Check --labels and --classes.',
      );
    }
  }

  #seeAnswer({ label, labels, line }: SettledImage): void {
    const isFirst = this.#explained < alike;
    const isLabelled = label !== null && labels === undefined && this.#shifted.wants(label);
    if (!isFirst && !isLabelled) return;
    const { predicted, maps, top } = answered.parse(JSON.parse(line));
    if (isLabelled) this.#tell('shifted-labels', this.#shifted.see(label, predicted));
    if (!isFirst) return;
    this.#tell('same-scores', this.#same.see(top));
    this.#explained += 1;
    this.#blank.add({ maps });
    if (this.#explained < alike) return;
    for (const row of this.#blank.summary ?? []) {
      if (row.blank === row.images) this.#warn(`Of the first ${alike} images: ${blankMapsText(row)}`);
    }
  }

  #tell(sign: AnswerSign, message: string | undefined): void {
    if (message === undefined) return;
    this.said.add(sign);
    this.#warn(message);
  }
}

/** Null where names and classes are as many, or there are no names. */
export function namesWarning(names: readonly string[] | null, classCount: number): string | null {
  if (names === null || names.length === classCount) return null;
  return `There are ${names.length} class names, but the model has ${classCount} classes: names and labels may be shifted. Check --classes.`;
}
