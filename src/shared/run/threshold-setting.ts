/** `--threshold`: the score from which a class is decided where each class is decided by itself. */

import { z } from 'zod';
import { numberSetting } from './setting-values.ts';

const share = z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1');

/** Chosen for each class, when all images are explained, so that F1 is highest. */
const bestF1 = 'best-f1';

/** As run.json keeps it. */
export const storedThreshold = z.union([
  share,
  z.literal(bestF1),
  z.object({ readFrom: z.string(), byClass: z.record(z.string(), share) }),
]);
export type StoredThreshold = z.infer<typeof storedThreshold>;

/** A number, `best-f1`, or the path of a file. */
export const thresholdSetting = z
  .union([numberSetting.pipe(share), z.string().min(1)], 'must be a number from 0 to 1, best-f1, or a file')
  .refine(
    (given) => typeof given === 'number' || !/^[-+.\d\s]+$/.test(given),
    'must be a number from 0 to 1, best-f1, or a file',
  );

/** Whether a `--threshold` that is no number names a file. */
export function isThresholdFile(threshold: string): boolean {
  return threshold !== bestF1 && Number.isNaN(Number(threshold));
}
