/** Everything that decides what `gradline text` computes and writes. */

import type { ScoreActivation } from '../explain/options.ts';
import type { StoredThreshold } from '../shared/run/threshold-setting.ts';
import type { Baseline, TextMethod } from './options.ts';

export interface TextRunSettings {
  /** A .txt, .csv or .jsonl file, or `-` for standard input. */
  input: string;
  /** Folder or s3://bucket/prefix. */
  output: string;
  model: string;
  tokenizer: string;
  classes: string | null;
  methods: TextMethod[];
  targets: string[];
  /** Null: the embedding table. */
  layer: string | null;
  steps: number;
  baseline: Baseline;
  /** Null: what the tokenizer's files say, else 512. */
  maxLength: number | null;
  padTo: number | null;
  exactLengths: boolean;
  textColumn: string;
  /** Most texts on the page. */
  pageTexts: number;
  scoreActivation: ScoreActivation;
  /** Each class is decided by itself. Left out: where the labels say so; false: whatever they say, each text has one. */
  multiLabel?: boolean;
  /** Left out: 0.5. */
  threshold?: StoredThreshold;
  /** Between the labels of one cell. Left out: `|`. */
  labelSeparator?: string;
  /** What yes, no and unknown are called in tables with a column for each class. */
  labelValues?: [string, string, string];
  batchSize: number;
  provider: string;
  threads: number | null;
}
