/** What can be done to a run: the same as the commands do. */

import { cancel } from '../../control/cancel.ts';
import { type Moved, pause } from '../../control/pause.ts';
import { resume } from '../../control/resume.ts';
import { retryFailed } from '../../control/retry-failed.ts';
import type { RedisClient } from '../../shared/ledger/run-keys.ts';
import type { Acted } from '../contract.ts';

type Action = (redis: RedisClient, run: string, codes: readonly string[] | null) => Promise<Acted>;

/** By the last part of their addresses. */
export const actions: Readonly<Record<string, Action>> = {
  pause: async (redis, run) => moved(await pause(redis, run), 'paused'),
  resume: async (redis, run) => {
    const resumed = await resume(redis, run);
    return { message: `Run ${run} goes on; ${counted(resumed.requeued, 'shard')} wait.`, warning: resumed.warning };
  },
  cancel: async (redis, run) => moved(await cancel(redis, run), 'cancelled'),
  'retry-failed': async (redis, run, codes) => {
    const { shards, images, givenUp, left } = await retryFailed(redis, run, codes);
    const kept = Object.entries(left).map(([code, count]) => `${code} ${count}`);
    const rest = kept.length === 0 ? '' : ` Left as they are: ${kept.join(', ')}.`;
    const held = `${counted(images, 'failed image')}${givenUp > 0 ? `, ${givenUp} given up` : ''}`;
    const message =
      shards === 0
        ? `Run ${run} has no failed images that can be done again.`
        : `Run ${run} goes on with ${counted(shards, 'shard')} (${held}).`;
    return { message: `${message}${rest}`, warning: null };
  },
};

function moved({ run, changed, warning }: Moved, state: string): Acted {
  return { message: `Run ${run} ${changed ? 'is' : 'was already'} ${state}.`, warning };
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
