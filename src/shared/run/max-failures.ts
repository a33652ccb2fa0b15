/** How many images may fail before a run is stopped. */

import { UserError } from '../../explain/user-error.ts';
import type { RunTotals } from './tally.ts';

export type MaxFailures = { images: number } | { percent: number };

/** A share says nothing before so many images are settled, or all of a smaller run. */
const leastSettled = 200;

/** `5%` or a number of images; null for anything else. */
export function readMaxFailures(text: string): MaxFailures | null {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim());
  const value = Number(match?.[1]);
  if (match?.[2] === '%' && value <= 100) return { percent: value };
  if (match?.[2] === '' && Number.isInteger(value)) return { images: value };
  return null;
}

/** @throws UserError `bad-setting` */
export function parseMaxFailures(text: string): MaxFailures {
  const limit = readMaxFailures(text);
  if (limit !== null) return limit;
  throw new UserError('bad-setting', `--max-failures takes a number of images or a share such as 5%; it is '${text}'.`);
}

/** Why a run with these totals has to stop; null when it may go on. Images of shards that were given up count as failed. */
export function tooManyFailures(
  limit: MaxFailures,
  totals: Pick<RunTotals, 'done' | 'quarantined' | 'missing' | 'expected'>,
): string | null {
  const failed = totals.quarantined + totals.missing;
  const settled = totals.done + failed;
  const next = 'Look at the failures, then correct the input or raise --max-failures.';
  if ('images' in limit) {
    if (failed <= limit.images) return null;
    return `${failed} images failed, more than the ${limit.images} that --max-failures allows. ${next}`;
  }
  if (settled < Math.min(leastSettled, totals.expected ?? leastSettled)) return null;
  if (failed <= (settled * limit.percent) / 100) return null;
  return `${failed} of ${settled} images failed, more than the ${limit.percent}% that --max-failures allows. ${next}`;
}
