/** What a file of labels comes to, and how it is asked. */

import type { LabelsOf } from './label.ts';

export interface LabelTableSettings {
  /** True: images may have several labels; false: none has; undefined: the table says it. */
  multiLabel: boolean | undefined;
  /** Between the labels of a cell. */
  separator: string;
  /** What yes, no and unknown are called in a table with a column for each class; undefined: what its cells suggest. */
  values: readonly [yes: string, no: string, unknown: string] | undefined;
  /** What has the labels, for messages. Default: `images`. */
  labelled?: string;
  /** Brings the keys of the table into the form of the images' keys. Default: they have it. */
  keyOf?(key: string): string;
}

export interface LabelTable {
  labelsOf: LabelsOf;
  /** Whether images may have several labels. */
  several: boolean;
  warnings: string[];
  notices: string[];
}

/** Looks keys up as they are, and as a Mac composes their letters: tables are mostly composed. */
export function finder<Labels>(labels: ReadonlyMap<string, Labels>): (key: string) => Labels | undefined {
  const composed = new Map([...labels].map(([key, own]) => [key.normalize('NFC'), own]));
  return (key) => labels.get(key) ?? composed.get(key.normalize('NFC'));
}
