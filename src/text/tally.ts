/** What became of the texts of a run. */

import type { TextRecord } from './record.ts';

export interface TextSummary {
  texts: number;
  done: number;
  quarantined: number;
  /** Number of quarantined texts by error code. */
  failures: Record<string, number>;
  labelled: number;
  /** Share of labelled texts that are classified right; null without labels. */
  accuracy: number | null;
  seconds: number;
  output: string;
}

export class TextTally {
  texts = 0;
  done = 0;
  labelled = 0;
  correct = 0;
  readonly failures: Record<string, number> = {};
  /** What the first quarantined text failed of. */
  firstFailure: { code: string; message: string } | undefined;

  add(record: TextRecord): void {
    this.texts += 1;
    if (record.status === 'quarantined') {
      this.failures[record.error.code] = (this.failures[record.error.code] ?? 0) + 1;
      this.firstFailure ??= record.error;
      return;
    }
    this.done += 1;
    if (record.correct !== undefined) this.labelled += 1;
    if (record.correct === true) this.correct += 1;
  }

  summary(): Omit<TextSummary, 'seconds' | 'output'> {
    const { texts, done, labelled, failures } = this;
    const accuracy = labelled === 0 ? null : this.correct / labelled;
    return { texts, done, quarantined: texts - done, failures, labelled, accuracy };
  }
}
