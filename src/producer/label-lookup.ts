/** What a file of labels comes to, and how it is asked. */

import type { LabelsOf } from './label.ts';
import type { TableKeys } from './table-keys.ts';

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
  /** How the table calls the images; undefined where images are found otherwise. */
  keys?: Pick<TableKeys<unknown>, 'example' | 'find' | 'settle'>;
  /** Whether images may have several labels. */
  several: boolean;
  warnings: string[];
  notices: string[];
}
