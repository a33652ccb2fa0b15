/** How long the stages of the pipeline take, for whoever measures it. */

/** `fetch`, `decode`, `draw` and `store` are of an image, `infer` of a batch, `commit` (its records and evidence) and `ledger` of a shard. */
export type Stage = 'fetch' | 'decode' | 'infer' | 'draw' | 'store' | 'commit' | 'ledger';

export interface StageWatch {
  onStage(stage: Stage, seconds: number): void;
  /** A file was asked for or written once more. */
  onRetry(): void;
}

/** Does the work, and tells how long it took, also when it fails. */
export async function timed<T>(watch: StageWatch | null, stage: Stage, work: () => Promise<T>): Promise<T> {
  if (watch === null) return work();
  const began = performance.now();
  try {
    return await work();
  } finally {
    watch.onStage(stage, (performance.now() - began) / 1000);
  }
}

/** What was measured in another thread since it last said so. */
export interface StageReport {
  times: { stage: Stage; seconds: number }[];
  retries: number;
}

/** Collects in a thread what is told elsewhere. */
export class StageCollector implements StageWatch {
  #report: StageReport = { times: [], retries: 0 };

  onStage(stage: Stage, seconds: number): void {
    this.#report.times.push({ stage, seconds });
  }

  onRetry(): void {
    this.#report.retries += 1;
  }

  take(): StageReport {
    const report = this.#report;
    this.#report = { times: [], retries: 0 };
    return report;
  }
}

export function tell(watch: StageWatch, { times, retries }: StageReport): void {
  for (const { stage, seconds } of times) watch.onStage(stage, seconds);
  for (let i = 0; i < retries; i += 1) watch.onRetry();
}
