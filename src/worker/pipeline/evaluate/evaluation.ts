/** What is asked of the inference thread besides explanations: how faithful the maps of some images are. */

import { hash } from 'node:crypto';
import type { PictureFaithfulness } from '../../../explain/faithfulness/evaluator.ts';
import type { EvaluatedImages } from '../../../shared/run/evaluated-images.ts';

export interface EvaluationOrder {
  /** Position of the image in its batch. */
  index: number;
  /** Decides the random baseline. */
  seed: number;
  /** Whether to compare with networks whose weights are shuffled. */
  randomise: boolean;
}

export interface ImageEvaluation extends PictureFaithfulness {
  index: number;
}

/** Which images are measured. */
export class EvaluationPlan {
  readonly #images: ReadonlySet<string>;
  readonly #randomised: ReadonlySet<string>;

  constructor({ images, randomised }: EvaluatedImages) {
    this.#images = new Set(images);
    this.#randomised = new Set(randomised);
  }

  /** @param keys of a batch, in its order */
  ordersFor(keys: readonly string[]): EvaluationOrder[] {
    return keys.flatMap((key, index) =>
      this.#images.has(key) ? [{ index, seed: seedOf(key), randomise: this.#randomised.has(key) }] : [],
    );
  }
}

/** 32 bits that depend on the key alone: retries and other machines draw the same. */
function seedOf(key: string): number {
  return Number.parseInt(hash('sha1', key).slice(0, 8), 16) | 0;
}
