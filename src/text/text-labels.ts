/** Several labels a text: what a table of texts says of them, read through before the texts are explained. */

import { createHash } from 'node:crypto';
import type { ClassNames } from '../explain/class-names.ts';
import { UserError } from '../explain/user-error.ts';
import { isPairTarget } from '../explain/wanted-classes.ts';
import { classColumns } from '../producer/label-columns.ts';
import type { LabelTable } from '../producer/label-lookup.ts';
import { hasLabelColumn, readLabelRows } from '../producer/label-table.ts';
import { rowsSeveral } from '../producer/lists-several.ts';
import { isTextTable, readTexts, readTextTable, type TextRow, type TextTableRow } from './read-texts.ts';
import type { TextRunSettings } from './settings.ts';

export type TextLabelSettings = Pick<
  TextRunSettings,
  'input' | 'textColumn' | 'targets' | 'multiLabel' | 'threshold' | 'labelSeparator' | 'labelValues'
>;

/** The labels of texts that may have several. */
export interface TextLabels {
  /** Null where the input says nothing of labels. */
  table: LabelTable | null;
  /** Lines that add labels to a text that stands before. */
  repeated: ReadonlySet<number>;
}

const usualSeparator = '|';

/**
 * Null where each text has one label.
 * @throws UserError `missing-setting`, `bad-list` for a key with two texts, and as `readLabelRows` does
 */
export async function readTextLabels(
  settings: TextLabelSettings,
  classNames: ClassNames | null,
): Promise<TextLabels | null> {
  const { input, textColumn, labelSeparator = usualSeparator, labelValues } = settings;
  const multiLabel = askedFor(settings);
  const repeated = new Set<number>();
  if (multiLabel === false) return null;
  if (!isTextTable(input)) return multiLabel === true ? { table: null, repeated } : null;
  const rows = () => readTextTable(input, textColumn);
  if (multiLabel === undefined && !(await rowsSeveral(keyedByText(rows()), classNames, labelSeparator))) return null;
  if (!(await hasLabels(rows(), classNames))) return { table: null, repeated };
  const table = await readLabelRows(withRepeated(rows(), input, repeated), input, classNames, {
    multiLabel,
    separator: labelSeparator,
    values: labelValues,
    labelled: 'texts',
  });
  return { table, repeated };
}

function askedFor({ multiLabel, threshold, targets }: TextLabelSettings): boolean | undefined {
  const pairTarget = targets.find(isPairTarget);
  if (threshold === undefined && pairTarget === undefined) return multiLabel;
  const what = pairTarget === undefined ? '--threshold' : `The target '${pairTarget}'`;
  if (multiLabel === false) {
    throw new UserError('missing-setting', `Missing --multi-label. Without it ${what} has nothing to say.`);
  }
  return true;
}

/** Rows with one key and different texts are different texts, where each has one label. */
async function* keyedByText(rows: AsyncIterable<TextTableRow>): AsyncGenerator<TextTableRow> {
  for await (const row of rows) yield { ...row, key: `${row.key}\n${row.text}` };
}

async function hasLabels(rows: AsyncIterable<TextTableRow>, classNames: ClassNames | null): Promise<boolean> {
  let columns: readonly string[] = [];
  for await (const row of rows) {
    if (row.columns === columns) continue;
    ({ columns } = row);
    if (hasLabelColumn(columns) || classColumns(columns, classNames) !== null) return true;
  }
  return false;
}

/** The same rows. Notes on the way which of them repeat a text. */
async function* withRepeated(
  rows: AsyncIterable<TextTableRow>,
  location: string,
  repeated: Set<number>,
): AsyncGenerator<TextTableRow> {
  const seen = new Map<string, string>();
  for await (const row of rows) {
    const digest = createHash('sha1').update(row.text).digest('base64');
    const earlier = seen.get(row.key);
    if (earlier === undefined) seen.set(row.key, digest);
    else if (earlier === digest) repeated.add(row.line);
    else {
      throw new UserError(
        'bad-list',
        `${location} cannot be used: line ${row.line} has the key '${row.key}' of an earlier line and another text. Where a text may have several labels, rows with one key are one text.`,
      );
    }
    yield row;
  }
}

/** The texts, each once, with all that is true of them. @throws as `readTexts` */
export async function* readLabelledTexts(
  { input, textColumn }: TextLabelSettings,
  { table, repeated }: TextLabels,
): AsyncGenerator<TextRow> {
  if (table === null) {
    for await (const row of readTexts(input, textColumn)) yield { ...row, label: null, several: { labels: null } };
    return;
  }
  for await (const { key, text, line } of readTextTable(input, textColumn)) {
    if (repeated.has(line)) continue;
    const { labels = null, unknown } = table.labelsOf({ key, label: null });
    yield { key, text, label: null, several: { labels, ...(unknown === undefined ? {} : { unknown }) } };
  }
}
