/** Which images of a run `--evaluate` measures: chosen before the run, and kept so that every worker and every retry agrees. */

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import { type Store, StoreError } from '../store/store.ts';
import { evaluatedImagesKey } from './output-key.ts';

const shape = z.object({
  /** Keys of all of them. */
  images: z.array(z.string()),
  /** Keys of those that the randomisation check is made on too. */
  randomised: z.array(z.string()),
});
export type EvaluatedImages = z.infer<typeof shape>;

export async function writeEvaluatedImages(output: Store, chosen: EvaluatedImages): Promise<void> {
  await output.put(evaluatedImagesKey, `${JSON.stringify(chosen, null, 2)}\n`, 'application/json');
}

/** Null where none are written. @throws UserError `damaged-output`; StoreError */
export async function readEvaluatedImages(output: Store): Promise<EvaluatedImages | null> {
  let text: string;
  try {
    text = (await output.get(evaluatedImagesKey)).toString('utf8');
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return null;
    throw error;
  }
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(
      'damaged-output',
      `${evaluatedImagesKey} in ${output.location} is not a list that Gradline wrote. Delete it, or start the run anew with another --output.`,
      { cause },
    );
  }
}
