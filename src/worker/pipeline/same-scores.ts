/** A model that answers whatever it is shown with the same scores. */

/** How many images must be answered alike before it is said. */
const alike = 16;

/** Watches the answers to the first images that are explained. */
export class SameScores {
  readonly #answers = new Set<string>();
  #seen = 0;

  get isWatching(): boolean {
    return this.#seen < alike;
  }

  /** @param top the best scores with their classes @returns what a user has to know, once; undefined while nothing is known */
  see(top: readonly unknown[]): string | undefined {
    if (!this.isWatching) return undefined;
    this.#seen += 1;
    this.#answers.add(JSON.stringify(top));
    if (this.isWatching || this.#answers.size > 1) return undefined;
    return (
      `The model gives the same scores to all of the first ${alike} images: it does not seem to look at them. Check the preprocessing ` +
      '(--preprocess, --mean, --std, --range), and the model with another picture.'
    );
  }
}
