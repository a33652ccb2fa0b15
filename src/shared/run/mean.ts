/** A mean over images, and how far chance may have moved it. */

export interface Mean {
  mean: number;
  /** Standard error: the deviation of the images over the root of their number; null for a single one. */
  error: number | null;
}

/** Collects values; equal values in an equal order give equal sums. */
export class MeanOf {
  #count = 0;
  #sum = 0;
  #squares = 0;

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    this.#count += 1;
    this.#sum += value;
    this.#squares += value * value;
  }

  /** Null without a value. */
  get mean(): number | null {
    return this.#count === 0 ? null : short(this.#sum / this.#count);
  }

  get result(): Mean {
    const mean = this.#sum / this.#count;
    if (this.#count < 2) return { mean: short(mean), error: null };
    const variance = Math.max(0, this.#squares - this.#count * mean * mean) / (this.#count - 1);
    return { mean: short(mean), error: short(Math.sqrt(variance / this.#count)) };
  }
}

/** Six significant digits: more than a mean over a few hundred images holds. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}
