/** All that is shown of a run, in one round trip and of one moment. */

import { z } from 'zod';
import type { RunTotals } from '../run/tally.ts';
import type { Failure, LedgerState } from './contract.ts';
import { parseFailure } from './failures.ts';
import { rateOf } from './rates.ts';
import type { RunLedger } from './run-keys.ts';
import { ledgerState } from './run-state.ts';
import { loadScript, runScript, unknownReply } from './script.ts';

export interface WorkerStatus {
  name: string;
  /** Images that it committed in this run. */
  images: number;
  lastSeen: Date;
  imagesPerSecond: number;
  /** Longest time that its event loop was held up, in milliseconds, where it said so. */
  longestLoopDelay?: number;
  /** Execution provider, and its cards where it was told which (`cuda:0,1`); where it said so. */
  provider?: string;
}

/** Times are the server's. The totals' images are those of settled shards. */
export interface RunStatus extends RunTotals {
  run: string;
  state: LedgerState;
  /** Why a `failed` run stopped. */
  reason: { code: string; message: string } | null;
  output: string;
  shardSize: number;
  created: Date;
  /** When it completed, failed or was cancelled; null while it goes. */
  finished: Date | null;
  /** When Redis was asked. */
  now: Date;
  /** The next shard to enqueue, and how many before it are not settled. */
  cursor: number;
  backlog: number;
  /** Shards that were given up, and crashes of all shards. */
  givenUpShards: number;
  crashes: number;
  /** Shards that a worker has begun, or that crashed and wait. */
  shardsUnderWay: number;
  /** Quarantined images by code. */
  failures: Record<string, number>;
  /** Newest first. */
  latestFailures: Failure[];
  /** By name. */
  workers: WorkerStatus[];
  imagesPerSecond: number;
  /** Until the rest is done at the current rate; null when that cannot be told. */
  secondsLeft: number | null;
}

const read = loadScript('read-status', ['latest']);
const flat = z.array(z.string());
const count = z.coerce.number().int();
const reply = z.tuple([z.number(), flat, flat, flat, z.number(), flat]);
const fields = z.object({
  state: ledgerState,
  reasonCode: z.string().optional(),
  reasonMessage: z.string().optional(),
  output: z.string(),
  shardSize: count,
  created: count,
  finished: count.optional(),
  expected: count.optional(),
  shards: count.optional(),
  cursor: count,
  settled: count,
  settledBelowCursor: count,
  givenUp: count,
  crashes: count,
  done: count,
  quarantined: count,
  labelled: count,
  correct: count,
  missing: count,
});
const worker = z.object({
  images: z.number(),
  first: z.number(),
  seen: z.number(),
  counts: z.record(z.string(), z.number()),
  delay: z.number().optional(),
  provider: z.string().optional(),
});

/**
 * @param latest how many of the latest failures to read, at most 200
 * @returns null when there is no such run
 */
export async function readStatus(ledger: RunLedger, latest = 20): Promise<RunStatus | null> {
  const answer = await runScript(ledger, read, { latest });
  if (answer.result === 'no-such-run') return null;
  if (answer.result !== 'run') throw unknownReply(read, answer);
  const [now, runFields, codes, failures, shardsUnderWay, workerFields] = reply.parse(answer.values);
  const held = fields.parse(Object.fromEntries(pairs(runFields)));
  const workers = pairs(workerFields)
    .map(([name, text]) => workerStatus(name, text, now))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const imagesPerSecond = workers.reduce((sum, { imagesPerSecond }) => sum + imagesPerSecond, 0);
  const expected = held.expected ?? null;
  const left = expected === null ? null : expected - held.done - held.quarantined - held.missing;
  return {
    run: ledger.run,
    state: held.state,
    reason: held.reasonCode === undefined ? null : { code: held.reasonCode, message: held.reasonMessage ?? '' },
    output: held.output,
    shardSize: held.shardSize,
    created: new Date(held.created),
    finished: held.finished === undefined ? null : new Date(held.finished),
    now: new Date(now),
    settledShards: held.settled,
    shards: held.shards ?? null,
    expected,
    done: held.done,
    quarantined: held.quarantined,
    labelled: held.labelled,
    correct: held.correct,
    missing: held.missing,
    cursor: held.cursor,
    backlog: held.cursor - held.settledBelowCursor,
    givenUpShards: held.givenUp,
    crashes: held.crashes,
    shardsUnderWay,
    failures: Object.fromEntries(pairs(codes).map(([code, images]) => [code, Number(images)])),
    latestFailures: failures.map(parseFailure),
    workers,
    imagesPerSecond,
    secondsLeft: left === null ? null : left === 0 ? 0 : imagesPerSecond > 0 ? left / imagesPerSecond : null,
  };
}

function workerStatus(name: string, text: string, now: number): WorkerStatus {
  const { images, first, seen, counts, delay, provider } = worker.parse(JSON.parse(text));
  const rate = rateOf({ name, images, firstSeen: first, lastSeen: seen, counts }, now);
  const reported = {
    ...(delay === undefined ? {} : { longestLoopDelay: delay }),
    ...(provider === undefined ? {} : { provider }),
  };
  return { name, images, lastSeen: new Date(seen), imagesPerSecond: rate, ...reported };
}

/** Redis replies with hashes, and with scores, as flat lists: names and values in turn. */
export function pairs(list: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  let name: string | null = null;
  for (const item of list) {
    if (name !== null) result.push([name, item]);
    name = name === null ? item : null;
  }
  return result;
}
