/** What crashes of earlier attempts mean for the next one. */

import type { Suspect } from '../../shared/ledger/attempts.ts';
import type { QuarantinedRecord } from '../../shared/run/record.ts';
import type { Shard } from '../../shared/run/run-plan.ts';
import { labelNamesOf, recordLabels } from '../pipeline/record-labels.ts';

export const crashedWorker = 'crashed-worker';

/**
 * Crashes of a shard, besides those of its suspects, after which it is given up: done image by image it points at an image, so
 * such crashes come from around it.
 */
const mostOtherCrashes = 10;

export interface CarefulPlan {
  /** Images that are blamed for crashes, by place, with their records: they are not tried again. */
  blamed: Map<number, QuarantinedRecord>;
  /** Places in the order in which they are tried: suspects first, so that one crash more costs little. */
  order: number[];
  /** Nothing helps: the shard's process died too often without an image at work. */
  hopeless: boolean;
}

/**
 * A machine that is killed points at the image that it happened to work on, so an image is blamed only after `crashLimit`
 * crashes with it alone.
 *
 * @param labelName name of a label, null when it has none
 */
export function planCarefully(
  shard: Shard,
  crashes: number,
  suspects: readonly Suspect[],
  crashLimit: number,
  labelName: (label: number) => string | null,
): CarefulPlan {
  const blamed = new Map<number, QuarantinedRecord>();
  const suspected: number[] = [];
  let pointed = 0;
  for (const { place, crashes: own } of suspects) {
    const image = shard.images[place];
    if (image === undefined) continue;
    pointed += own;
    if (own < crashLimit) {
      suspected.push(place);
      continue;
    }
    blamed.set(place, {
      key: image.key,
      status: 'quarantined',
      error: {
        code: crashedWorker,
        message:
          "The worker's process ended each time while it worked on this image and nothing else: a fault in a decoder, or more " +
          'memory than there was.',
      },
      ...recordLabels({ image, ...labelNamesOf(image, labelName) }),
    });
  }
  const others = shard.images.map((_, place) => place).filter((place) => !suspected.includes(place));
  return { blamed, order: [...suspected, ...others], hopeless: crashes - pointed >= mostOtherCrashes };
}
