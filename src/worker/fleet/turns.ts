/**
 * Who may work now: many at once, or one alone. Whoever asks to be alone is served before those who come later, once those
 * at work have ended.
 */
export class Turns {
  #working = 0;
  #alone = false;
  readonly #waiting: { alone: boolean; begin: () => void }[] = [];

  /** Resolves when it is the caller's turn, with the function that ends it. */
  async take(alone: boolean): Promise<() => void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push({ alone, begin: resolve });
      this.#admit();
    });
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#working -= 1;
      this.#alone = false;
      this.#admit();
    };
  }

  #admit(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || this.#alone || (next.alone && this.#working > 0)) return;
      this.#waiting.shift();
      this.#working += 1;
      this.#alone = next.alone;
      next.begin();
    }
  }
}
