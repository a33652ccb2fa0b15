/** What the producer has put into the queue, and which shards are still to be done. */

import { z } from 'zod';
import type { RunLedger } from './run-keys.ts';
import { type Refusal, refusalOf } from './run-state.ts';
import { loadScript, runScript } from './script.ts';
import type { NotInPlan } from './settle-shard.ts';

type Advance =
  | {
      /** `cursor-elsewhere`: go on from `cursor`; Redis came back with an older state, or another producer is at work. */
      result: 'advanced' | 'already-advanced' | 'cursor-elsewhere';
      /** The next shard to enqueue. */
      cursor: number;
      /** Shards before the cursor that are not settled: what the high and low watermark are about. */
      backlog: number;
    }
  | NotInPlan
  | Refusal;

type ShardList = { result: 'shards'; shards: number[] } | Refusal;

const advance = loadScript('advance-cursor', ['from', 'to']);
const list = loadScript('list-shards', ['which', 'from', 'to']);
/** So that one call keeps Redis busy for a millisecond or two at most. */
const longestStep = 8192;

/**
 * Takes down that the shards `from` to `to - 1` are in the queue; at most 8,192 at a time. Enqueue first, under job ids made of
 * run and shard, then advance: a producer killed in between enqueues the same ids again, and a shard done by then is
 * `already-committed` to whoever starts it. So none is lost and none is done twice.
 */
export async function advanceCursor(ledger: RunLedger, from: number, to: number): Promise<Advance> {
  checkStep(from, to);
  const reply = await runScript(ledger, advance, { from, to });
  switch (reply.result) {
    case 'advanced':
    case 'already-advanced':
    case 'cursor-elsewhere': {
      const [cursor, backlog] = position.parse(reply.values);
      return { result: reply.result, cursor, backlog };
    }
    case 'not-in-plan':
      return { result: reply.result };
    default:
      return refusalOf(advance, reply);
  }
}

/** The shards among `from` to `to - 1`, at most 8,192 at a time, that are still to be done, or that were given up. */
export async function listShards(
  ledger: RunLedger,
  which: 'unsettled' | 'given-up',
  from: number,
  to: number,
): Promise<ShardList> {
  checkStep(from, to);
  const reply = await runScript(ledger, list, { which, from, to });
  if (reply.result !== 'shards') return refusalOf(list, reply);
  return { result: reply.result, shards: z.array(z.number()).parse(reply.values) };
}

/** All of them up to `end - 1`, some thousand at a time; nothing more once the run has ended. */
export async function* listAllShards(
  ledger: RunLedger,
  which: 'unsettled' | 'given-up',
  end: number,
): AsyncGenerator<number[]> {
  for (let from = 0; from < end; from += longestStep) {
    const list = await listShards(ledger, which, from, Math.min(end, from + longestStep));
    if (list.result !== 'shards') return;
    if (list.shards.length > 0) yield list.shards;
  }
}

const position = z.tuple([z.number(), z.number()]);

function checkStep(from: number, to: number): void {
  if (from >= 0 && to > from && to - from <= longestStep) return;
  throw new RangeError(`Shards ${from} to ${to} are not 1 to ${longestStep} shards.`);
}
