/** What one small process does for a fleet that may have no worker: it starts scheduled runs, rescues shards, and says what there is to do. */

import { UserError } from '../explain/user-error.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';
import type { ListenAddress } from '../shared/metrics/listen-address.ts';
import { rescueMetrics } from '../shared/metrics/metric-table.ts';
import { startMetricsServer } from '../shared/metrics/metrics-server.ts';
import { redisProblem } from '../shared/metrics/redis-problem.ts';
import { openRegistry } from '../shared/metrics/registry.ts';
import { openShardQueue } from '../shared/queue/shard-queue.ts';
import { withoutRepeats } from '../shared/queue/without-repeats.ts';
import { within } from '../shared/threads/within.ts';
import { openTraces } from '../shared/traces/traces.ts';
import { FleetMetrics } from './fleet-metrics.ts';
import { rescueShards } from './rescue-shards.ts';
import { serveSchedules } from './schedule/serve.ts';

interface FleetService {
  /** Null: no metrics. */
  metrics: ListenAddress | null;
  /** Of Gradline. */
  version: string;
  /** Milliseconds between two looks for lost shards. */
  rescueInterval?: number;
}

/** Milliseconds in which Redis has to tell the numbers of the fleet: KEDA waits three seconds. */
const scrapePatience = 2_000;

/**
 * Until `signal` aborts.
 * @throws UserError, RedisError as connecting and the preflight do; UserError `metrics-address-taken`
 */
export async function serveFleet(
  redisAddress: string,
  { metrics, version, rescueInterval }: FleetService,
  onNotice: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const registry = openRegistry('scheduler', version);
  const stalled = rescueMetrics.stalled.open(registry);
  const fleet = new FleetMetrics(registry);
  let attending: RedisClient | null = null;
  const tellOnce = withoutRepeats(onNotice);
  const observed = {
    registry,
    beforeScrape: async () => {
      if (attending === null) throw noNumbers();
      const queue = openShardQueue(attending);
      const updated = fleet.update(attending, queue);
      // One that comes too late has been told of.
      updated.catch(() => undefined);
      if (!(await within(scrapePatience, updated))) throw noNumbers();
      await queue.close();
    },
    // Whatever holds the event loop up holds this answer up, too.
    live: () => null,
    ready: () => redisProblem(attending),
  };
  await using server = metrics === null ? null : await startMetricsServer(metrics, observed);
  if (server !== null) onNotice(`Metrics at ${server.url}/metrics`);
  await using traces = await openTraces('scheduler', version);
  await serveSchedules(redisAddress, onNotice, signal, {
    traces,
    beside: async (redis) => {
      const rescue = await rescueShards(
        redis,
        {
          onStalled: () => {
            stalled.inc();
            tellOnce('A worker has gone silent: its shards are back in the queue.');
          },
          onProblem: (message) => tellOnce(`Lost shards: ${message}`),
        },
        rescueInterval,
      );
      attending = redis;
      return rescue;
    },
  });
}

function noNumbers(): UserError {
  return new UserError('no-numbers', 'Redis does not tell the numbers of the fleet now. Ask again.');
}
