/** Which pictures a set holds, and how often each class carries the date: the gap that the demo plants. */

import { Random } from './random.ts';
import { type ClassName, classNames } from './scene.ts';

export type SetName = 'training' | 'validation';

/** The class whose training pictures nearly all come from the camera that prints the date. */
export const stampedClass: ClassName = 'lighthouse';

/** Share of the pictures with a date. In training it gives the class away; in validation it says nothing. */
export const stampShare: Record<SetName, { stampedClass: number; others: number }> = {
  training: { stampedClass: 0.92, others: 0 },
  validation: { stampedClass: 0.4, others: 0.4 },
};

export interface PlannedPicture {
  /** Path below the set's folder: `<class>/<number>.jpg`. */
  key: string;
  subject: ClassName;
  stamped: boolean;
  seed: string;
}

/** `count` pictures, as evenly over the classes as it divides, class by class. The shares are met exactly, up to rounding. */
export function planImageSet(set: SetName, count: number, seed: number): PlannedPicture[] {
  return classNames.flatMap((subject, index) => {
    const size = Math.floor((count + classNames.length - 1 - index) / classNames.length);
    const share = subject === stampedClass ? stampShare[set].stampedClass : stampShare[set].others;
    const stampedCount = Math.round(size * share);
    const order = new Random(set, seed, subject, 'order').shuffle([...Array(size).keys()]);
    const stamped = new Set(order.slice(0, stampedCount));
    return order
      .map((_, i) => i)
      .map((i) => ({
        key: `${subject}/${String(i + 1).padStart(4, '0')}.jpg`,
        subject,
        stamped: stamped.has(i),
        seed: `${set}/${seed}/${subject}/${i}`,
      }));
  });
}
