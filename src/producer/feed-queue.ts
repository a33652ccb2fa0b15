/** Keeps the queue filled with a run's shards: from the high watermark down to the low one, then up again. */

import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../explain/user-error.ts';
import { advanceCursor } from '../shared/ledger/cursor.ts';
import { type RunStatus, readStatus } from '../shared/ledger/read-status.ts';
import type { RunLedger } from '../shared/ledger/run-keys.ts';
import { enqueueShards, type ShardQueue, shardsAtOnce } from '../shared/queue/shard-queue.ts';

/** In shards of this run that are enqueued and not settled. */
export interface Watermarks {
  high: number;
  low: number;
}

export const defaultHighWatermark = 10_000;

/** How many shards may be enqueued, as the plan grows. */
export class PlannedShards {
  #shards = 0;
  #ended = false;
  #changed: () => void = () => {};
  #change: Promise<void> = Promise.resolve();

  constructor() {
    this.#renew();
  }

  get shards(): number {
    return this.#shards;
  }

  /** Whether there will be no more. */
  get ended(): boolean {
    return this.#ended;
  }

  get change(): Promise<void> {
    return this.#change;
  }

  set(shards: number, ended: boolean): void {
    this.#shards = shards;
    this.#ended = ended;
    this.#changed();
    this.#renew();
  }

  #renew(): void {
    this.#change = new Promise((resolve) => {
      this.#changed = resolve;
    });
  }
}

export interface Feeding {
  signal: AbortSignal;
  confirm(): Promise<void>;
  onStatus(status: RunStatus): void;
  /** Milliseconds between two looks at a queue that is full enough. */
  interval?: number;
}

/** `enqueued`: every shard is, or was, in the queue. The others: the run was ended by someone else. */
export type FeedEnd = 'enqueued' | 'cancelled' | 'failed';

/** @throws UserError `ledger-lost`, and Redis errors; the signal's reason when it aborts */
export async function feedQueue(
  queue: ShardQueue,
  ledger: RunLedger,
  planned: PlannedShards,
  { high, low }: Watermarks,
  feeding: Feeding,
): Promise<FeedEnd> {
  const { signal, interval = 500 } = feeding;
  let draining = false;
  for (;;) {
    signal.throwIfAborted();
    // Before the status, so that no change between the two is missed.
    const { change } = planned;
    const status = await readStatus(ledger, 0);
    if (status === null) throw ledgerLost(ledger.run, null);
    feeding.onStatus(status);
    const { state, cursor, backlog } = status;
    if (state === 'cancelled' || state === 'failed') return state;
    if (state === 'complete' || state === 'finishing' || (planned.ended && cursor >= planned.shards)) return 'enqueued';
    if (backlog >= high) draining = true;
    else if (backlog <= low) draining = false;
    // A paused run's workers put shards aside, and resuming brings back only those before the cursor.
    if (draining || state === 'paused') {
      await wait(interval, undefined, { signal });
    } else if (cursor >= planned.shards) {
      await Promise.race([change, wait(interval, undefined, { signal, ref: false })]);
    } else {
      const to = Math.min(cursor + high - backlog, planned.shards, cursor + shardsAtOnce);
      await feeding.confirm();
      await enqueueShards(queue, ledger.run, range(cursor, to));
      // Any refusal shows in the next status.
      await advanceCursor(ledger, cursor, to);
    }
  }
}

/** @param output where the run writes; null when it is not at hand */
export function ledgerLost(run: string, output: string | null): UserError {
  return new UserError(
    'ledger-lost',
    `Redis knows nothing of run ${run} any more. Rebuild it from its output with \`gradline recover ${output ?? '<output>'}\`, then run this command again.`,
  );
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
