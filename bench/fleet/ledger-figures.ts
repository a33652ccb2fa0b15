/** What the ledger of a run takes of Redis, and how fast it counts. */

import { advanceCursor } from '../../src/shared/ledger/cursor.ts';
import { completeRun, tryFinish } from '../../src/shared/ledger/finish.ts';
import { readStatus } from '../../src/shared/ledger/read-status.ts';
import { openRunLedger, type RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { createRun, endPlanning } from '../../src/shared/ledger/runs.ts';
import { commitShard, type ImageOutcome } from '../../src/shared/ledger/settle-shard.ts';
import { secondsOf } from '../seconds-of.ts';
import { callsBetween, commandCalls, usedMemory } from './servers.ts';

export interface LedgerFigures {
  images: number;
  shards: number;
  /** Seconds to hand out all shards, without the queue. */
  handOut: number;
  /** Seconds to commit all shards from 32 workers in this one process. */
  commits: number;
  /** Redis commands for one commit, those inside its script included. */
  commandsPerCommit: number;
  /** Bytes when everything is committed and nothing finished, and after the end. */
  bytes: number;
  bytesAfterwards: number;
  /** Milliseconds to read the status, and to complete the run. */
  status: number;
  completion: number;
}

const workers = 32;
const handedOutAtOnce = 1024;

/** Takes a run of `images` images, one in a hundred of them quarantined, through its ledger. */
export async function measureLedger(redis: RedisClient, images: number, shardSize: number): Promise<LedgerFigures> {
  const shards = Math.ceil(images / shardSize);
  const ledger = openRunLedger(redis, 'bench-ledger');
  await createRun(ledger, { shardSize, output: 's3://bucket/output' });
  const before = await usedMemory(redis);

  const handOut = await secondsOf(async () => {
    for (let from = 0; from < shards; from += handedOutAtOnce) {
      await advanceCursor(ledger, from, Math.min(from + handedOutAtOnce, shards));
    }
  });
  await endPlanning(ledger, { expected: images, shards });
  const calls = await commandCalls(redis);
  const [full, last] = [outcomes(shardSize), outcomes(images - (shards - 1) * shardSize)];
  let next = 0;
  const commits = await secondsOf(() =>
    Promise.all(
      Array.from({ length: workers }, async (_, worker) => {
        while (next < shards) {
          const shard = next;
          next += 1;
          const { result } = await commitShard(ledger, shard, shard === shards - 1 ? last : full, `gpu-${worker}`);
          if (result !== 'committed') throw new Error(`Shard ${shard}: ${result}`);
        }
      }),
    ),
  );
  const commands = callsBetween(calls, await commandCalls(redis)).reduce((sum, [, count]) => sum + count, 0);
  const bytes = (await usedMemory(redis)) - before;
  let read = await readStatus(ledger, 20);
  const status = await secondsOf(async () => {
    read = await readStatus(ledger, 20);
  });
  const finish = await tryFinish(ledger, 60_000);
  if (read === null || finish.result !== 'finisher') throw new Error(`The run cannot be finished: ${finish.result}`);
  const { done, quarantined, labelled, correct, failures } = read;
  const completion = await secondsOf(() =>
    completeRun(ledger, finish.fence, { done, quarantined, labelled, correct, failures }),
  );
  return {
    images,
    shards,
    handOut,
    commits,
    commandsPerCommit: commands / shards,
    bytes,
    bytesAfterwards: (await usedMemory(redis)) - before,
    status: status * 1000,
    completion: completion * 1000,
  };
}

function outcomes(count: number): ImageOutcome[] {
  return Array.from({ length: count }, (_, place) => {
    const key = `val/n00000000/ILSVRC2012_val_${String(place).padStart(9, '0')}.JPEG`;
    if (place % 100 !== 7) return { status: 'done', key, correct: place % 3 > 0 };
    return {
      status: 'quarantined',
      key,
      error: { code: 'corrupt', message: 'It cannot be decoded: the data ends early.' },
    };
  });
}
