/** Starts runs as `gradline enqueue` does, and goes on listing and enqueueing them while the dashboard is up. */

import { setTimeout as sleep } from 'node:timers/promises';
import { preflightRun } from '../../control/preflight-run.ts';
import { UserError } from '../../explain/user-error.ts';
import { enqueueRun } from '../../producer/enqueue.ts';
import { connectRedis } from '../../shared/ledger/connect-redis.ts';
import type { RedisClient } from '../../shared/ledger/run-keys.ts';
import { readConfiguration } from '../../shared/run/read-configuration.ts';
import type { Notice, Started } from '../contract.ts';
import type { Notices } from './notices.ts';

/** Runs that are being listed at once. */
const mostAtOnce = 4;
/** Milliseconds after which a start that has met no mistake is taken for a good one. */
const patience = 5_000;

export class RunStarts {
  readonly #redisAddress: string;
  readonly #notices: Notices;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #redis: Promise<RedisClient> | null = null;

  constructor(redisAddress: string, notices: Notices) {
    this.#redisAddress = redisAddress;
    this.#notices = notices;
  }

  /**
   * Resolves once the run's first shards are enqueued, or after five seconds in which nothing was wrong.
   * @param settings by their names, as flags give them
   * @param run its id; null: that of the run in the output, else a new one
   * @throws UserError as `readConfiguration`, `preflightRun` and `enqueueRun` do; StoreError; RedisError
   */
  async start(settings: Readonly<Record<string, string | boolean>>, run: string | null): Promise<Started> {
    if (this.#underWay.size >= mostAtOnce) {
      throw new UserError(
        'too-many-starts',
        `${mostAtOnce} runs are being listed from here already. Wait for one of them, or use gradline enqueue.`,
      );
    }
    const configuration = await readConfiguration(settings);
    const redis = await this.#connect();
    const { warnings, modelWarnings } = await preflightRun(redis, configuration);
    return new Promise((resolve, reject) => {
      let started: Started | null = null;
      let answered = false;
      const answer = () => {
        if (started === null || answered) return;
        answered = true;
        resolve(started);
      };
      const tell = (kind: Notice['kind'], message: string) => this.#notices.add(started?.run ?? null, kind, message);
      const ended = enqueueRun(
        configuration,
        redis,
        { run, highWatermark: null, lowWatermark: null, warnings: modelWarnings },
        {
          onStart: (id, resumed) => {
            started = { run: id, resumed };
            for (const warning of warnings) tell('warning', warning);
            setTimeout(answer, patience).unref();
          },
          onNotice: (message) => tell('notice', message),
          onWarning: (message) => tell('warning', message),
          onProgress: ({ enqueued }) => enqueued > 0 && answer(),
        },
        this.#stop.signal,
      )
        .then(({ state, reason }) => {
          if (state === 'failed') tell('problem', reason?.message ?? 'The run failed for an unknown reason.');
          answer();
        })
        .catch((error: unknown) => {
          if (answered) tell('problem', error instanceof Error ? error.message : String(error));
          else reject(error);
          answered = true;
        })
        .finally(() => this.#underWay.delete(ended));
      this.#underWay.add(ended);
    });
  }

  /** Stops listing. Runs that were not listed to the end go on with `gradline enqueue` and the same settings. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.race([Promise.all(this.#underWay), sleep(10_000, undefined, { ref: false })]);
    const redis = await this.#redis?.catch(() => null);
    redis?.disconnect();
  }

  /** Of its own: it waits for a Redis that goes away as long as it takes. */
  #connect(): Promise<RedisClient> {
    const connecting =
      this.#redis ?? connectRedis(this.#redisAddress, { use: 'worker', patience: 5_000, onProblem: () => undefined });
    this.#redis = connecting;
    connecting.catch(() => {
      this.#redis = null;
    });
    return connecting;
  }
}
