/** Classes that are decided by themselves, because an image or a text may have several or none: thresholds and scores. */

import type { ClassScore } from './class-score.ts';
import type { ScoreActivation } from './options.ts';
import { UserError } from './user-error.ts';

/** @throws UserError `bad-thresholds` */
export function thresholdsByClass(thresholds: number | readonly number[], classCount: number): readonly number[] {
  if (typeof thresholds === 'number') return new Array<number>(classCount).fill(thresholds);
  if (thresholds.length === classCount) return thresholds;
  throw new UserError(
    'bad-thresholds',
    `There are ${thresholds.length} thresholds, and the model has ${classCount} classes.`,
  );
}

interface ScoreOptions {
  thresholds?: number | readonly number[];
  scoreActivation?: ScoreActivation;
}

/** Logits of classes that are decided by themselves are no choice between them. */
export function scoreActivationOf(
  { thresholds, scoreActivation = 'auto' }: ScoreOptions,
  score: ClassScore,
): ScoreActivation {
  const isOpen = scoreActivation === 'auto' && !score.reported && score.activation === undefined;
  return thresholds !== undefined && isOpen ? 'sigmoid' : scoreActivation;
}

/** What to say of a model whose scores are shares of one; null where there is nothing to say. @param input what has labels: `image`, `text` */
export function softmaxDoubt(
  { thresholds, scoreActivation = 'auto' }: ScoreOptions,
  { activation, output }: ClassScore,
  input: 'image' | 'text',
): string | null {
  if (thresholds === undefined || scoreActivation !== 'auto' || activation !== 'softmax') return null;
  return (
    `The model's output '${output}' is a softmax: its scores add up to 1, so hardly more than one class of ${input === 'image' ? 'an image' : 'a text'} can reach its threshold. ` +
    `If the model was trained for one label ${input === 'image' ? 'an image' : 'a text'}, run it without --multi-label (--no-multi-label where the labels ask for it); if for several, ` +
    'export it with its logits or their sigmoid, or give --score-activation sigmoid.'
  );
}
