/** What the model says of one image, as a record. */

import { at } from '../../explain/at.ts';
import type { Explanation } from '../../explain/explanation.ts';
import { decide } from '../../shared/run/decide.ts';
import type {
  ActivationRecord,
  BaselineRecord,
  ClassScore,
  DoneRecord,
  MapRecord,
  SeenPart,
} from '../../shared/run/record.ts';
import type { NamedImage } from './pixels/image-work.ts';
import { QuarantineError } from './quarantine.ts';
import { recordLabels } from './record-labels.ts';

export type ClassNaming = (index: number) => string | null;

const topCount = 5;

/** The record without its maps, from which it is known whether the image is an error before anything is drawn. */
export type Verdict = Omit<DoneRecord, 'maps' | 'baselines' | 'picture'>;

/** The decoded image, and what of it the model saw. */
export type SeenOriginal = DoneRecord['image'] & Required<Pick<DoneRecord['image'], 'seen'>>;

/**
 * @param index position of the image in the explained batch
 * @param thresholds by class index; only where each class is decided by itself
 * @throws QuarantineError `not-finite` when the model's scores, or statistics of its activations, are not finite numbers
 */
export function judgeImage(
  named: NamedImage,
  explanation: Explanation,
  index: number,
  original: SeenOriginal,
  className: ClassNaming,
  thresholds?: readonly number[],
): Verdict {
  const { image } = named;
  const { classCount } = explanation;
  const logits = explanation.logits.subarray(index * classCount, (index + 1) * classCount);
  const scores = explanation.scores.subarray(index * classCount, (index + 1) * classCount);
  const best = highest(logits, topCount);
  const top = best.map(
    (c): ClassScore => ({ class: c, name: className(c), score: significant(scores[c] ?? Number.NaN) }),
  );
  const activations = activationsOf(explanation, index);
  const [first, second] = best;
  const numbers = [
    ...top.map(({ score }) => score),
    ...activations.flatMap(({ layer: _, ...rest }) => Object.values(rest)),
  ];
  if (first === undefined || logits.some(Number.isNaN) || !numbers.every(Number.isFinite)) {
    throw new QuarantineError(
      'not-finite',
      'The model computes numbers that are not finite for this image. Check the model and the preprocessing.',
    );
  }
  const score = at(scores, first);
  return {
    key: image.key,
    status: 'done',
    ...recordLabels(named),
    predicted: first,
    predictedName: className(first),
    score: significant(score),
    margin: significant(second === undefined ? score : score - at(scores, second)),
    ...(image.label === null ? {} : { correct: image.label === first }),
    top,
    ...(thresholds === undefined ? {} : decide(image, Array.from(scores, significant), thresholds, className, top)),
    image: {
      width: original.width,
      height: original.height,
      seen: seenPart(original.seen),
      ...(original.levels === undefined ? {} : { levels: original.levels }),
    },
    ...(activations.length === 0 ? {} : { activations }),
  };
}

/** Puts `maps` where a reader looks for them: after the scores. */
export function completeRecord(
  verdict: Verdict,
  maps: MapRecord[],
  picture: string | null,
  baselines: BaselineRecord[] | null = null,
): DoneRecord {
  const { image, activations, ...judgement } = verdict;
  return {
    ...judgement,
    maps,
    ...(baselines === null ? {} : { baselines }),
    ...(picture === null ? {} : { picture }),
    image,
    ...(activations === undefined ? {} : { activations }),
  };
}

/** Indices of the `count` largest values, largest first; of equal ones the lower index first, as ArgMax has it. */
function highest(values: Float32Array, count: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? Number.NaN;
    const last = values[best[best.length - 1] ?? i] ?? Number.NaN;
    if (best.length === count && !(value > last)) continue;
    let place = best.length;
    while (place > 0 && value > (values[best[place - 1] ?? 0] ?? Number.NaN)) place -= 1;
    best.splice(place, 0, i);
    if (best.length > count) best.pop();
  }
  return best;
}

function activationsOf({ statistics }: Explanation, index: number): ActivationRecord[] {
  return statistics.map(({ layer, mean, standardDeviation, nearZero }) => ({
    layer,
    mean: significant(at(mean, index)),
    standardDeviation: significant(at(standardDeviation, index)),
    nearZero: significant(at(nearZero, index)),
  }));
}

function seenPart({ left, top, width, height }: SeenPart): SeenPart {
  return { left: significant(left), top: significant(top), width: significant(width), height: significant(height) };
}

/** A float32 holds about seven significant digits; the rest would only fill the file. */
function significant(value: number): number {
  return Number(value.toPrecision(7));
}
