/** Images of a network that is as often right as it says, and the same with wrong labels. */

import { Random } from '../../../demo/draw/random.ts';
import type { DoneRecord } from '../../../src/shared/run/record.ts';
import { image } from '../hand-made.ts';

export const classes = 5;

/**
 * Images of a network that knows its business: the label is drawn by the scores, so that mistakes are as rare as the scores say.
 * @param sureness how far the logit of the image's class lies above the others on average; from 0 to twice as much
 */
export function calibrated(count: number, sureness = 4): DoneRecord[] {
  const random = new Random('calibrated', sureness);
  return Array.from({ length: count }, (_, i) => {
    const easy = 2 * sureness * random.next();
    const scores = softmax(
      Array.from({ length: classes }, (_, own) => (own === i % classes ? easy : 0) + random.next()),
    );
    return image(`${i}.jpg`, drawn(random, scores), scores);
  });
}

/** The same with such a share of the labels drawn from the other classes. */
export function mislabelled(
  records: readonly DoneRecord[],
  share: number,
): { records: DoneRecord[]; wrong: Set<string> } {
  const random = new Random('labels');
  const wrong = new Set<string>();
  return {
    records: records.map((record) => {
      if (!random.chance(share) || record.label === null) return record;
      wrong.add(record.key);
      return { ...record, label: (record.label + random.integer(1, classes - 1)) % classes };
    }),
    wrong,
  };
}

export function softmax(logits: readonly number[]): number[] {
  const powers = logits.map(Math.exp);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function drawn(random: Random, shares: readonly number[]): number {
  let left = random.next();
  const found = shares.findIndex((share) => {
    left -= share;
    return left < 0;
  });
  return Math.max(0, found);
}
