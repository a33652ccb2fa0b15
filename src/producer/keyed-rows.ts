/** Rows of a table that name images, with or without their labels: lists of images and files of labels. */

import { z } from 'zod';
import { badList, readKeyedTable, type TableRow } from '../shared/run/keyed-table.ts';

export interface KeyedRow {
  key: string;
  /** A class index or name; null when the row has none. */
  label: string | number | null;
  /** Line in the file, from 1. */
  line: number;
}

/**
 * Reads a file with a `key` and an optional `label` for each image, see `readKeyedTable`. Other columns are ignored.
 *
 * @throws UserError `bad-list` naming the line; StoreError when the file cannot be read
 */
export async function* readKeyedRows(location: string): AsyncGenerator<KeyedRow> {
  const isText = !/\.jsonl$/i.test(location);
  let [columns, place]: [TableRow['columns'], number] = [[], -1];
  for await (const row of readKeyedTable(location)) {
    if (row.columns !== columns) [columns, place] = [row.columns, row.columns.lastIndexOf('label')];
    const cell = row.cells[place];
    const label = isText ? (typeof cell === 'string' ? cell.trim() || null : null) : jsonLabel(cell, location, row);
    yield { key: row.key, label, line: row.line };
  }
}

const jsonLabels = z.union([z.string(), z.int().min(0)]).nullish();

function jsonLabel(cell: unknown, location: string, { line }: TableRow): string | number | null {
  const label = jsonLabels.safeParse(cell);
  if (label.success) return label.data === '' ? null : (label.data ?? null);
  throw badList(location, `line ${line} must be an object with a 'key' and, if known, a 'label' (name or index).`);
}
