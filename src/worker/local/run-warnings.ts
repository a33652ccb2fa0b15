import { z } from 'zod';
import { BlankMapsTally, blankMapsText } from '../../shared/run/blank-maps.ts';
import { doneRecord } from '../../shared/run/record.ts';
import type { SettledImage } from '../pipeline/settled-image.ts';
import { ShiftedLabels } from './shifted-labels.ts';

/** How many of the run's first images must all fail before it is said. */
const suspicious = 100;

/** How many of the first explained images must all be blank, or be answered alike, before it is said. */
const alike = 16;

/** What is read of a record. */
const answered = doneRecord
  .pick({ maps: true, top: true })
  .extend({ maps: z.array(z.unknown()) })
  .strip();

const decided = doneRecord.pick({ predicted: true }).strip();

/** Watches the records for signs that the whole run is set up wrongly. Each warning is given once. */
export class RunWarnings {
  readonly #classCount: number;
  readonly #warn: (message: string) => void;
  #failed = 0;
  #watchingFailures = true;
  #watchingLabels = true;
  #explained = 0;
  readonly #blank = new BlankMapsTally();
  readonly #answers = new Set<string>();
  readonly #shifted = new ShiftedLabels();

  constructor(classCount: number, warn: (message: string) => void) {
    this.#classCount = classCount;
    this.#warn = warn;
  }

  checkNames(names: string[] | null): void {
    if (names === null || names.length === this.#classCount) return;
    this.#warn(
      `There are ${names.length} class names, but the model has ${this.#classCount} classes: names and labels may be ` +
        'shifted. Check --classes.',
    );
  }

  /** @param position of the image in the run: bad images fail at once, so of many the good ones come last */
  see(record: SettledImage, position: number): void {
    if (this.#watchingFailures && position < suspicious) this.#seeFailure(record);
    if (record.status === 'done' && this.#explained < alike) this.#seeAnswer(record.line);
    if (
      record.status === 'done' &&
      record.label !== null &&
      record.labels === undefined &&
      this.#shifted.wants(record.label)
    ) {
      const { predicted } = decided.parse(JSON.parse(record.line));
      const shift = this.#shifted.see(record.label, predicted);
      if (shift !== undefined) this.#warn(shift);
    }
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

  #seeAnswer(line: string): void {
    const { maps, top } = answered.parse(JSON.parse(line));
    this.#explained += 1;
    this.#blank.add({ maps });
    this.#answers.add(JSON.stringify(top));
    if (this.#explained < alike) return;
    if (this.#answers.size === 1) {
      this.#warn(
        `The model gives the same scores to all of the first ${alike} images: it does not seem to look at them. Check the preprocessing ` +
          '(--preprocess, --mean, --std, --range), and the model with another picture.',
      );
    }
    for (const row of this.#blank.summary ?? []) {
      if (row.blank === row.images) this.#warn(`Of the first ${alike} images: ${blankMapsText(row)}`);
    }
  }

  #seeFailure(record: SettledImage): void {
    if (record.status === 'done') {
      this.#watchingFailures = false;
      return;
    }
    this.#failed += 1;
    if (this.#failed < suspicious) return;
    this.#watchingFailures = false;
    this.#warn(
      `ALL OF THE FIRST ${suspicious} IMAGES FAILED, the latest (${record.key}) with ${record.error.code}: ${record.error.message} ` +
        'Press Ctrl-C and check the input if this is not what you expect.',
    );
  }
}
