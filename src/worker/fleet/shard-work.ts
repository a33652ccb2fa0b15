/** One job: a shard from the queue to its commit, and what becomes of it when it fails. */

import { at } from '../../explain/at.ts';
import type { Start } from '../../shared/ledger/attempts.ts';
import { openRunLedger, type RedisClient, type RunLedger } from '../../shared/ledger/run-keys.ts';
import { giveUpShard } from '../../shared/ledger/settle-shard.ts';
import type { ShardJob } from '../../shared/queue/shard-queue.ts';
import type { Shard } from '../../shared/run/run-plan.ts';
import type { OneByOne } from '../pipeline/pipeline.ts';
import { crashedWorker, planCarefully } from './crash-policy.ts';
import { AttemptSuperseded, describe, HandedBack, isPermanent, LeftToOthers, RunClosed } from './failures.ts';
import type { OpenRun } from './open-run.ts';
import type { OpenRuns } from './open-runs.ts';
import type { RunEnding } from './run-ending.ts';
import { ShardAttempt } from './shard-attempt.ts';
import { Turns } from './turns.ts';
import type { Where } from './worker-settings.ts';

type Started = Extract<Start, { result: 'started' }>;

export interface ShardTools {
  redis: RedisClient;
  worker: string;
  crashLimit: number;
  runs: OpenRuns;
  ending: RunEnding;
  /** Whether the worker has been told to stop. */
  stopping(): boolean;
  onGivenUp(): void;
  onWarning(message: string, where: Where): void;
}

export class ShardWork {
  readonly #tools: ShardTools;
  readonly #turns = new Turns();

  constructor(tools: ShardTools) {
    this.#tools = tools;
  }

  /**
   * Resolves when there is nothing more to do for the job: the shard is committed, or given up, or its run takes nothing.
   *
   * @param last whether the queue will not bring the shard again when this attempt fails
   * @throws HandedBack when the worker stops; LeftToOthers; anything else: try again later
   */
  async do({ run, shard }: ShardJob, last: boolean): Promise<void> {
    const ledger = openRunLedger(this.#tools.redis, run);
    try {
      await this.#tools.runs.use(run, (open) => this.#attempt(open, shard));
    } catch (error) {
      // The results are stored or will be by another; this job has nothing to add.
      if (error instanceof RunClosed || error instanceof AttemptSuperseded) return;
      if (error instanceof HandedBack || error instanceof LeftToOthers) throw error;
      if (this.#tools.stopping()) throw new HandedBack();
      if (isPermanent(error)) {
        await this.#tools.ending.fail(ledger, error);
        return;
      }
      if (!last) throw error;
      await this.#giveUp(ledger, shard, describe(error));
    }
  }

  /** Beside other shards; alone and image by image where the process died over this shard before. */
  async #attempt(open: OpenRun, number: number): Promise<void> {
    if (await this.#inTurn(false, () => this.#together(open, number))) return;
    await this.#inTurn(true, () => this.#alone(open, number));
  }

  async #inTurn<T>(alone: boolean, work: () => Promise<T>): Promise<T> {
    const end = await this.#turns.take(alone);
    try {
      if (this.#tools.stopping()) throw new HandedBack();
      return await work();
    } finally {
      end();
    }
  }

  /** @returns false where the shard has to be done alone */
  async #together(open: OpenRun, number: number): Promise<boolean> {
    const attempt = new ShardAttempt(open.ledger, number, this.#tools.worker);
    const started = this.#started(await attempt.start(), number, open);
    if (started === null) return true;
    try {
      if (started.crashes > 0) {
        await attempt.handBack();
        return false;
      }
      await open.pipeline.submit(await open.readShard(number));
      return true;
    } catch (error) {
      await attempt.handBack();
      throw error;
    }
  }

  async #alone(open: OpenRun, number: number): Promise<void> {
    const attempt = new ShardAttempt(open.ledger, number, this.#tools.worker);
    const started = this.#started(await attempt.start(), number, open);
    if (started === null) return;
    try {
      const shard = await open.readShard(number);
      await this.#carefully(open, attempt, shard, started);
    } catch (error) {
      await attempt.handBack();
      throw error;
    }
  }

  async #carefully(open: OpenRun, attempt: ShardAttempt, shard: Shard, { crashes, suspects }: Started): Promise<void> {
    const { crashLimit, onWarning } = this.#tools;
    const labelName = (label: number) => open.classNames?.[label] ?? null;
    const { blamed, order, hopeless } = planCarefully(shard, crashes, suspects, crashLimit, labelName);
    if (hopeless) {
      const message = `The worker's process ended ${crashes} times over shard ${shard.number}, not only while it worked on an image.`;
      await this.#giveUp(open.ledger, shard.number, { code: crashedWorker, message });
      return;
    }
    onWarning(
      `A process ended while it worked on shard ${shard.number} of run ${open.ledger.run}: doing it image by image.` +
        [...blamed.values()].map(({ key }) => ` ${key} is left out.`).join(''),
      { run: open.ledger.run, shard: shard.number },
    );
    const oneByOne: OneByOne = {
      order,
      known: blamed,
      before: (place) => attempt.point(place, at(shard.images, place).key),
      after: () => attempt.clear(),
    };
    await open.pipeline.submitOneByOne(shard, oneByOne);
  }

  /** Null where there is nothing to do. */
  #started(start: Start, shard: number, open: OpenRun): Started | null {
    switch (start.result) {
      case 'started':
        return start;
      case 'no-such-run':
      case 'run-not-running':
        throw new RunClosed(start);
      case 'not-in-plan':
        this.#tools.onWarning(`Run ${open.ledger.run} has no shard ${shard}: its job is dropped.`, {
          run: open.ledger.run,
          shard,
        });
        return null;
      case 'already-committed':
      case 'given-up':
        // Whoever settled the last shard may have died before it could finish the run.
        this.#tools.ending.look(open.ledger);
        return null;
    }
  }

  /** @throws when the run cannot be opened to see how many images that are: then the shard comes back */
  async #giveUp(ledger: RunLedger, number: number, error: { code: string; message: string }): Promise<void> {
    await this.#tools.runs.use(ledger.run, async (open) => {
      const { images } = await open.readShard(number);
      const settled = await giveUpShard(ledger, number, images.length, error);
      if (settled.result !== 'given-up') return;
      this.#tools.onGivenUp();
      this.#tools.onWarning(`Shard ${number} of run ${ledger.run} is given up: ${error.message}`, {
        run: ledger.run,
        shard: number,
      });
      this.#tools.ending.settled(ledger, settled, open.maxFailures);
    });
  }
}
