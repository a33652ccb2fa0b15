import type { ClassNames } from '../explain/class-names.ts';
import { readKeyedTable, type TableRow } from '../shared/run/keyed-table.ts';
import { classColumns } from './label-columns.ts';
import type { LabelTableSettings } from './label-lookup.ts';
import { hasLabelColumn } from './label-table.ts';

/** Rows that are looked at: a list may be long, and is read again. */
const looked = 1000;

/**
 * Whether a list of images gives them several labels: a column for each class, lists, cells with several, or rows with the same key and different labels.
 * @throws UserError `bad-list`; StoreError
 */
export async function listsSeveral(
  list: string,
  classNames: ClassNames | null,
  { multiLabel, separator }: LabelTableSettings,
): Promise<boolean> {
  return multiLabel ?? rowsSeveral(readKeyedTable(list), classNames, separator);
}

/** As `listsSeveral`, of the rows themselves. @throws what they do */
export async function rowsSeveral(
  table: AsyncIterable<TableRow>,
  classNames: ClassNames | null,
  separator: string,
): Promise<boolean> {
  let rows = 0;
  const seen = new Map<string, unknown>();
  for await (const { key, columns, cells } of table) {
    if (!hasLabelColumn(columns) && (classColumns(columns, classNames)?.size ?? 0) > 1) return true;
    if (columns.includes('labels')) return true;
    const cell = cells[columns.lastIndexOf('label')];
    if (Array.isArray(cell)) return true;
    if (typeof cell === 'string' && holdsSeveral(cell, separator, classNames)) return true;
    if (seen.has(key) && seen.get(key) !== cell) return true;
    seen.set(key, cell);
    rows += 1;
    if (rows === looked) return false;
  }
  return false;
}

function holdsSeveral(cell: string, separator: string, classNames: ClassNames | null): boolean {
  const parts = cell.split(separator);
  return (
    parts.length > 1 && classNames?.has(cell.trim()) !== true && parts.every((part) => classNames?.has(part.trim()))
  );
}
