import type { SettledImage } from '../pipeline/settled-image.ts';

/** How many of the run's first images must all fail before it is said. */
const suspicious = 100;

/** Watches the records for signs that the whole run is set up wrongly. Each warning is given once. */
export class RunWarnings {
  readonly #classCount: number;
  readonly #warn: (message: string) => void;
  #failed = 0;
  #watchingFailures = true;
  #watchingLabels = true;

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
    if (this.#watchingLabels && record.label !== null && record.label >= this.#classCount) {
      this.#watchingLabels = false;
      this.#warn(
        `${record.key} has the label ${record.label}, but the model's classes end at ${this.#classCount - 1}: such images ` +
          'count as wrong and have no map for target label. Check --labels and --classes.',
      );
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
