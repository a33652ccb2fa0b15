/**
 * A producer and worker in one process, to be killed at any moment: enqueues each shard (here: tells the ledger so) and does it,
 * and prints a dot after each step. From the build, because Node.js 20 runs no TypeScript.
 */

import { randomUUID } from 'node:crypto';
import { startShard } from '../../../dist/shared/ledger/attempts.js';
import { connectRedis } from '../../../dist/shared/ledger/connect-redis.js';
import { advanceCursor } from '../../../dist/shared/ledger/cursor.js';
import { openRunLedger } from '../../../dist/shared/ledger/run-keys.js';
import { commitShard } from '../../../dist/shared/ledger/settle-shard.js';

const [url, run, shards] = process.argv.slice(2);
const redis = await connectRedis(url, { use: 'command' });
const ledger = openRunLedger(redis, run);
const images = ['a', 'b', 'c', 'd'].map((key) => ({ status: 'done', key, correct: true }));
for (let shard = 0; shard < Number(shards); shard += 1) {
  await advanceCursor(ledger, shard, shard + 1);
  process.stdout.write('.');
  const { result } = await startShard(ledger, shard, randomUUID(), `process-${process.pid}`);
  process.stdout.write('.');
  if (result !== 'started') continue;
  await commitShard(ledger, shard, images, `process-${process.pid}`);
  process.stdout.write('.');
}
redis.disconnect();
