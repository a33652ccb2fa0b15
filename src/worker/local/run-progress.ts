import type { MapFindings, RunFile, RunFileState } from '../../shared/run/run-file.ts';
import { type CountedRecord, count, emptyTally, type Tally } from '../../shared/run/tally.ts';
import type { ImageProgress } from './run-events.ts';

/** What was fixed when the run started. */
export type RunIdentity = Pick<RunFile, 'run' | 'started' | 'configuration' | 'digests' | 'versions' | 'execution'>;

/**
 * Counts of a run while it goes. Records are counted twice over: as images are finished, for whoever watches, and as their shards
 * are committed, for what the run claims to have done.
 */
export class RunProgress {
  readonly #identity: RunIdentity;
  readonly #total: number | null;
  readonly #begin = performance.now();
  readonly #committed = emptyTally();
  readonly #finished = emptyTally();
  #skipped = 0;
  #own = 0;
  #findings: MapFindings = {};
  readonly #warnings: string[] = [];

  constructor(identity: RunIdentity, total: number | null) {
    this.#identity = identity;
    this.#total = total;
  }

  get run(): string {
    return this.#identity.run;
  }

  get finished(): ImageProgress {
    const { done, quarantined } = this.#finished;
    return { done, quarantined, total: this.#total, imagesPerSecond: this.imagesPerSecond };
  }

  get committed(): Readonly<Tally> {
    return this.#committed;
  }

  /** Images that an earlier start of the run had committed. */
  get skipped(): number {
    return this.#skipped;
  }

  get seconds(): number {
    return (performance.now() - this.#begin) / 1000;
  }

  get imagesPerSecond(): number {
    return this.#own / Math.max(this.seconds, 1e-3);
  }

  /** Share of the labelled images that are predicted right; null without labels. */
  get accuracy(): number | null {
    return this.#committed.labelled === 0 ? null : this.#committed.correct / this.#committed.labelled;
  }

  /** What the records of a complete run say of its maps. */
  get findings(): MapFindings {
    return this.#findings;
  }

  found(findings: MapFindings): void {
    this.#findings = findings;
  }

  warn(message: string): void {
    this.#warnings.push(message);
  }

  skip(records: CountedRecord[]): void {
    this.#skipped += records.length;
    for (const record of records) {
      count(this.#finished, record);
      count(this.#committed, record);
    }
  }

  finish(record: CountedRecord): void {
    this.#own += 1;
    count(this.#finished, record);
  }

  commit(records: readonly CountedRecord[]): void {
    for (const record of records) count(this.#committed, record);
  }

  runFile(state: RunFileState, error: RunFile['error'] = null): RunFile {
    const { run, started, configuration, digests, versions, execution } = this.#identity;
    return {
      run,
      state,
      started,
      finished: state === 'running' ? null : new Date().toISOString(),
      counts: { images: this.#total, skipped: this.#skipped, ...this.#committed },
      accuracy: this.accuracy,
      timings: { seconds: this.seconds, images: this.#own, imagesPerSecond: this.imagesPerSecond },
      ...this.#findings,
      warnings: this.#warnings,
      error,
      configuration,
      digests,
      versions,
      execution,
    };
  }
}
