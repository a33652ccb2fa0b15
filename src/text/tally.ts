/** What became of the texts of a run. */

import type { ClassNames } from '../explain/class-names.ts';
import { type MultiLabelSummary, MultiLabelTally } from '../shared/run/multi-label-summary.ts';
import type { StoredThreshold } from '../shared/run/threshold-setting.ts';
import type { TextRecord } from './record.ts';

export interface TextSummary {
  texts: number;
  done: number;
  quarantined: number;
  /** Number of quarantined texts by error code. */
  failures: Record<string, number>;
  labelled: number;
  /** Share of labelled texts that are classified right, multi-label: all of whose decisions are right; null without labels. */
  accuracy: number | null;
  /** Where each class is decided by itself: pairs of a text and a class. */
  multiLabel?: MultiLabelSummary;
  /** Where texts have labels: the page of findings in the output, mistakes that it lists, and the clearest words that are taken for a class, a sentence each. */
  findings?: { page: string; mistakes: number; words: string[] };
  /** What the user should know, a sentence each. */
  warnings?: string[];
  seconds: number;
  output: string;
}

export class TextTally {
  texts = 0;
  done = 0;
  labelled = 0;
  correct = 0;
  readonly failures: Record<string, number> = {};
  readonly #pairs: MultiLabelTally | null;
  /** What the first quarantined text failed of. */
  firstFailure: { code: string; message: string } | undefined;

  /** @param several how classes are decided by themselves; null where each text has one label */
  constructor(several: { threshold: StoredThreshold | undefined; classNames: ClassNames | null } | null) {
    this.#pairs = several === null ? null : new MultiLabelTally(several.threshold, several.classNames?.names ?? null);
  }

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
    this.#pairs?.add(record);
  }

  summary(): Omit<TextSummary, 'seconds' | 'output' | 'findings'> {
    const { texts, done, labelled, failures } = this;
    const accuracy = labelled === 0 ? null : this.correct / labelled;
    const pairs = this.#pairs?.summary ?? null;
    const multiLabel = pairs === null ? {} : { multiLabel: pairs };
    return { texts, done, quarantined: texts - done, failures, labelled, accuracy, ...multiLabel };
  }
}
