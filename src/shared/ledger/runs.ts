/** Creating, planning, finding and forgetting runs. */

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import type { LedgerState } from './contract.ts';
import { pairs, type RunStatus, readStatus } from './read-status.ts';
import { withRedisErrors } from './redis-errors.ts';
import { openRunLedger, type RedisClient, type RunLedger, runRegistryKey } from './run-keys.ts';
import { isOngoing, ledgerState, type NoSuchRun, type Refusal, refusalOf } from './run-state.ts';
import { loadScript, runScript, unknownReply } from './script.ts';

interface NewRun {
  /** Images in a full shard, 1 to 32,768. */
  shardSize: number;
  /** Where the run writes, as the user gave it: never an address with a secret in it. */
  output: string;
  /** Milliseconds since 1970; default: now. For a run that is rebuilt, when it was first created. */
  created?: number;
}

type Creation =
  | { result: 'created' }
  /** An earlier start created it with the same shard size and output: go on from its state. */
  | { result: 'exists'; state: LedgerState };

type Planning =
  | { result: 'planned' | 'already-planned' }
  /** Other numbers were fixed before: the input was listed differently. */
  | { result: 'differs'; expected: number; shards: number }
  /** More images than that are settled already. */
  | { result: 'too-few'; settled: number }
  | Refusal;

type Forgetting =
  | { result: 'forgotten' }
  /** Only runs that have ended are forgotten. */
  | { result: 'not-allowed'; state: LedgerState }
  | NoSuchRun;

const create = loadScript('create-run', ['shardSize', 'output', 'created']);
const endOfPlanning = loadScript('end-planning', ['expected', 'shards']);
const forget = loadScript('forget-run');
/** What one command can set in the bitmap of images. */
const largestShard = 32_768;
/** An entry of the registry without a run is a creation under way, or what one that died left. */
const danglingAfter = 3_600_000;

/**
 * Creates the run in state `planning`, or finds it.
 * @throws UserError `run-differs` when the id is taken by a run with another shard size or output
 */
export async function createRun(ledger: RunLedger, { shardSize, output, created }: NewRun): Promise<Creation> {
  const { redis, run } = ledger;
  if (shardSize < 1 || shardSize > largestShard) throw new RangeError(`Shards of ${shardSize} images.`);
  const time = created ?? Date.now();
  const register = () => withRedisErrors(redis.zadd(runRegistryKey, 'NX', time, run));
  await register();
  const reply = await runScript(ledger, create, { shardSize, output, created: created ?? '' });
  // A reader that came in between may have dropped an entry of long ago that had no run yet.
  await register();
  switch (reply.result) {
    case 'created':
      return { result: reply.result };
    case 'exists':
      return { result: reply.result, state: ledgerState.parse(reply.values[0]) };
    case 'differs': {
      const [size, place] = z.tuple([z.coerce.number(), z.string()]).parse(reply.values);
      throw new UserError(
        'run-differs',
        `Run ${run} exists already, with ${size} images in a shard and the output ${place}; now they are ${shardSize} and ` +
          `${output}. Use the same ones to go on with it, or start a run with another id.`,
      );
    }
    default:
      throw unknownReply(create, reply);
  }
}

/** Fixes how many images the run has. Every shard but the last has to be full. */
export async function endPlanning(ledger: RunLedger, plan: { expected: number; shards: number }): Promise<Planning> {
  const reply = await runScript(ledger, endOfPlanning, plan);
  switch (reply.result) {
    case 'planned':
    case 'already-planned':
      return { result: reply.result };
    case 'differs': {
      const [expected, shards] = z.tuple([z.number(), z.number()]).parse(reply.values);
      return { result: reply.result, expected, shards };
    }
    case 'too-few':
      return { result: reply.result, settled: z.number().parse(reply.values[0]) };
    default:
      return refusalOf(endOfPlanning, reply);
  }
}

/** Deletes all that Redis knows of an ended run; its output stays. */
export async function forgetRun(ledger: RunLedger): Promise<Forgetting> {
  const reply = await runScript(ledger, forget, {});
  switch (reply.result) {
    case 'forgotten':
    case 'no-such-run':
      await withRedisErrors(ledger.redis.zrem(runRegistryKey, ledger.run));
      return { result: reply.result };
    case 'not-allowed':
      return { result: reply.result, state: ledgerState.parse(reply.values[0]) };
    default:
      throw unknownReply(forget, reply);
  }
}

/** The latest runs, newest first. Entries whose run is gone are passed over, and dropped when they are over an hour old. */
export async function listRuns(redis: RedisClient, limit = 100): Promise<RunStatus[]> {
  const entries = await withRedisErrors(redis.zrevrange(runRegistryKey, 0, limit - 1, 'WITHSCORES'));
  const runs = pairs(entries).map(([id, time]) => ({ id, registered: Number(time) }));
  const found = await Promise.all(runs.map(({ id }) => readStatus(openRunLedger(redis, id), 0)));
  const dangling = runs.filter((run, i) => found[i] === null && run.registered < Date.now() - danglingAfter);
  if (dangling.length > 0) await withRedisErrors(redis.zrem(runRegistryKey, ...dangling.map(({ id }) => id)));
  return found.filter((status) => status !== null);
}

/** The states of the latest runs, and all that is known of those that have not ended. */
interface RunsAtHand {
  states: LedgerState[];
  /** Newest first. */
  ongoing: RunStatus[];
}

/**
 * Asks one field of each run, and the rest only of those that go on: cheap enough to be asked every few seconds.
 * @param limit how many of the latest runs
 */
export async function readRuns(redis: RedisClient, limit = 1000): Promise<RunsAtHand> {
  const ids = await withRedisErrors(redis.zrevrange(runRegistryKey, 0, limit - 1));
  const ledgers = ids.map((id) => openRunLedger(redis, id));
  const found = await withRedisErrors(Promise.all(ledgers.map(({ key }) => redis.hget(key('run'), 'state'))));
  const states = found.map((state) => (state === null ? null : ledgerState.parse(state)));
  const open = ledgers.filter((_, i) => {
    const state = states[i] ?? null;
    return state !== null && isOngoing(state);
  });
  const ongoing = await Promise.all(open.map((ledger) => readStatus(ledger, 0)));
  return {
    states: states.filter((state) => state !== null),
    // One that has ended in between is none any more.
    ongoing: ongoing.filter((status) => status !== null).filter(({ state }) => isOngoing(state)),
  };
}
