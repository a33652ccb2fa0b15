import type { SettledImage } from '../pipeline/settled-image.ts';

/** How many of the run's first images must all fail before it is said. */
const suspicious = 100;

/** Watches whether none of the first images can be explained. */
export class FirstFailures {
  readonly #warn: (message: string) => void;
  #failed = 0;
  #isWatching = true;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** @param position of the image in the run: bad images fail at once, so of many the good ones come last */
  see(record: SettledImage, position: number): void {
    if (!this.#isWatching || position >= suspicious) return;
    if (record.status === 'done') {
      this.#isWatching = false;
      return;
    }
    this.#failed += 1;
    if (this.#failed < suspicious) return;
    this.#isWatching = false;
    this.#warn(
      `ALL OF THE FIRST ${suspicious} IMAGES FAILED, the latest (${record.key}) with ${record.error.code}: ${record.error.message} ` +
        'Press Ctrl-C and check the input if this is not what you expect.',
    );
  }
}
