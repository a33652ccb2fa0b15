/**
 * What the ledger of a large run takes of Redis, and how many shards a second one Redis counts, on this machine.
 *
 *     npm run bench:ledger -- --images 10000000
 *
 * Starts its own redis-server (GRADLINE_TEST_REDIS, else the one in the path). Prints; judges nothing.
 */

import { parseArgs } from 'node:util';
import { connectRedis } from '../src/shared/ledger/connect-redis.ts';
import { measureLedger } from './fleet/ledger-figures.ts';
import { benchRedis } from './fleet/servers.ts';
import { printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '10000000' },
    'shard-size': { type: 'string', default: '64' },
  },
});
printMachine();
const server = await benchRedis();
const redis = await connectRedis(server.url, { use: 'command' });
try {
  const size = wholeNumber('shard-size', values['shard-size']);
  const figures = await measureLedger(redis, wholeNumber('images', values.images), size);
  const { images, shards, handOut, commits, commandsPerCommit, bytes, bytesAfterwards, status, completion } = figures;
  console.log(`\nThe ledger of ${images} images in ${shards} shards, one image in a hundred quarantined`);
  printTable(
    ['', 'measured'],
    [
      ['shards handed out a second', (shards / handOut).toFixed(0)],
      ['shards committed a second', (shards / commits).toFixed(0)],
      ['images committed a second', (images / commits).toFixed(0)],
      ['Redis commands for a commit, its script included', commandsPerCommit.toFixed(1)],
      ['bits of Redis for an image', ((8 * bytes) / images).toFixed(2)],
      ['MiB of Redis before the end', (bytes / 2 ** 20).toFixed(2)],
      ['KiB of Redis after the end', (bytesAfterwards / 2 ** 10).toFixed(1)],
      ['ms to read the status', status.toFixed(2)],
      ['ms to complete the run', completion.toFixed(2)],
    ],
  );
} finally {
  redis.disconnect();
  await server.stop();
}
