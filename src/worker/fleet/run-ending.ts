/** How runs end on this worker: finished when the last shard is settled, or failed for a reason that concerns all of it. */

import { mostFinishAttempts } from '../../shared/ledger/finish.ts';
import { readStatus } from '../../shared/ledger/read-status.ts';
import type { RunLedger } from '../../shared/ledger/run-keys.ts';
import { failRun } from '../../shared/ledger/run-state.ts';
import { notifyOfEnd } from '../../shared/notify/notify-of-end.ts';
import { type MaxFailures, tooManyFailures } from '../../shared/run/max-failures.ts';
import type { RunTotals } from '../../shared/run/tally.ts';
import { openStore } from '../../shared/store/open-store.ts';
import { writeRunEnd } from '../pipeline/finish/complete-run-file.ts';
import type { ClosingStep } from './closing-step.ts';
import { describe, isPermanent } from './failures.ts';
import { cannotFinish, type Finished, finishRun } from './finish-run.ts';
import type { WorkerEvents } from './worker-settings.ts';

export class RunEnding {
  /** Instead of each run's own; null: that. */
  readonly #maxFailures: MaxFailures | null;
  /** Milliseconds until another worker finishes a run in this one's place. */
  readonly #lease: number;
  readonly #events: Pick<WorkerEvents, 'onRunCompleted' | 'onRunFailed' | 'onWarning'>;
  readonly #underWay = new Map<string, Promise<void>>();
  /** Of runs that this worker tries to finish: which attempt of the fleet it is. */
  readonly #attempts = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #onIdle: () => void;
  readonly #closing: ClosingStep | null;

  constructor(
    maxFailures: MaxFailures | null,
    lease: number,
    events: Pick<WorkerEvents, 'onRunCompleted' | 'onRunFailed' | 'onWarning'>,
    onIdle: () => void,
    closing: ClosingStep | null,
  ) {
    this.#onIdle = onIdle;
    this.#closing = closing;
    this.#maxFailures = maxFailures;
    this.#lease = lease;
    this.#events = events;
  }

  /** Called with the run's numbers after every shard that this worker settled. @param own the run's limit; null: none */
  settled(ledger: RunLedger, totals: RunTotals, own: MaxFailures | null): void {
    const limit = this.#maxFailures ?? own;
    const excess = limit === null ? null : tooManyFailures(limit, totals);
    if (excess !== null) this.#track(ledger, this.#fail(ledger, { code: 'too-many-failures', message: excess }));
    else if (totals.settledShards === totals.shards) this.look(ledger);
  }

  /** Finishes the run if everything of it is done and no other worker does so. */
  look(ledger: RunLedger): void {
    if (this.#underWay.has(ledger.run)) return;
    this.#track(ledger, this.#finish(ledger));
  }

  /** Stops the run: on every worker its shards are dropped from now on. */
  async fail(ledger: RunLedger, error: unknown): Promise<void> {
    await this.#fail(ledger, describe(error));
  }

  get busy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Resolves when nothing is being finished. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  /** Leaves what is being finished to another worker. */
  stop(): void {
    this.#stop.abort(new Error('The worker stops.'));
  }

  #track(ledger: RunLedger, work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#couldNot(ledger, error))
      .finally(() => {
        if (this.#underWay.get(ledger.run) === tracked) this.#underWay.delete(ledger.run);
        this.#attempts.delete(ledger.run);
        this.#onIdle();
      });
    this.#underWay.set(ledger.run, tracked);
  }

  /** What passes is tried again when the lease has ended, here or by another worker, but not for ever. */
  async #couldNot(ledger: RunLedger, error: unknown): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { code, message } = describe(error);
    const attempt = this.#attempts.get(ledger.run) ?? 0;
    if (isPermanent(error))
      await this.#fail(ledger, { code, message: `It cannot be finished: ${message}` }).catch(() => undefined);
    else if (attempt >= mostFinishAttempts) {
      const reason = `All shards are stored, but ${attempt} attempts to merge them failed, the last one so: ${message}`;
      const next = `Remove the cause, then: gradline resume ${ledger.run}`;
      await this.#fail(ledger, { code: cannotFinish, message: `${reason} ${next}` }).catch(() => undefined);
    } else this.#events.onWarning(`Run ${ledger.run} cannot be finished yet: ${message}`, { run: ledger.run });
  }

  async #finish(ledger: RunLedger): Promise<void> {
    const { run } = ledger;
    const finished: Finished = await finishRun(ledger, this.#lease, this.#stop.signal, {
      closing: this.#closing,
      onAttempt: (attempt) => this.#attempts.set(run, attempt),
    });
    if (finished.result === 'completed') {
      for (const warning of finished.warnings) this.#events.onWarning(`Run ${run}: ${warning}`, { run });
      const { done, quarantined } = finished.tally;
      this.#events.onRunCompleted({ run, images: done + quarantined, quarantined, missing: finished.missing });
      await this.#notify(ledger);
    } else if (finished.result === 'failed') {
      const { code, message } = finished;
      await this.#tellFailed(ledger, { code, message });
    }
  }

  async #fail(ledger: RunLedger, error: { code: string; message: string }): Promise<void> {
    const move = await failRun(ledger, error.code, error.message);
    if (move.result === 'moved') await this.#tellFailed(ledger, error);
  }

  async #tellFailed(ledger: RunLedger, error: { code: string; message: string }): Promise<void> {
    this.#events.onRunFailed({ run: ledger.run, ...error });
    // The bucket may be what is wrong; Redis knows the reason in any case.
    await writeFailed(ledger, error).catch(() => undefined);
    await this.#notify(ledger);
  }

  /** One worker alone ends a run, so that it is told once. */
  async #notify(ledger: RunLedger): Promise<void> {
    const { run } = ledger;
    const status = await readStatus(ledger, 0);
    const problem = status === null ? null : await notifyOfEnd(status.output);
    if (problem !== null) this.#events.onWarning(`Run ${run}: ${problem}`, { run });
  }
}

async function writeFailed(ledger: RunLedger, error: { code: string; message: string }): Promise<void> {
  const status = await readStatus(ledger, 0);
  if (status === null) return;
  await using output = await openStore(status.output);
  const { done, quarantined, labelled, correct, failures, missing, expected, now } = status;
  const tally = { done, quarantined, labelled, correct, failures };
  await writeRunEnd(output, { state: 'failed', images: expected, tally, missing, error, finished: now });
}
