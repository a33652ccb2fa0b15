/** Numbers in the cells of a table: what a row gives an input of the model. */

import { badList, type TableRow } from './keyed-table.ts';

/** The column that is called as the input, else all that are neither key nor label. @throws UserError `bad-list` where there are none */
export function chosenColumns({ columns }: TableRow, input: string): string[] {
  if (columns.includes(input)) return [input];
  return columns.filter((name) => name !== 'key' && name !== 'label');
}

/**
 * A row's values in the order of the columns; a cell may hold a list.
 * @throws UserError `bad-list` for a column that is missing, or a cell that holds no number
 */
export function rowValues({ columns, cells, line }: TableRow, chosen: readonly string[], location: string): number[] {
  if (chosen.length === 0) throw badList(location, `line ${line} holds nothing but a key and a label.`);
  return chosen.flatMap((name) => {
    const place = columns.indexOf(name);
    if (place < 0) {
      throw badList(location, `line ${line} has no column '${name}'; its columns are ${columns.join(', ')}.`);
    }
    const values = numbersIn(cells[place]);
    if (values !== undefined && values.length > 0) return values;
    const shown = JSON.stringify(cells[place]);
    throw badList(
      location,
      `line ${line} has ${shown} in the column '${name}', which is no number. Fill it in, or name other columns.`,
    );
  });
}

function numbersIn(cell: unknown): number[] | undefined {
  if (typeof cell === 'number') return [cell];
  if (typeof cell === 'boolean') return [Number(cell)];
  if (Array.isArray(cell)) {
    const parts = cell.map(numbersIn);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  if (typeof cell !== 'string') return undefined;
  const text = cell.trim();
  if (/^(true|false)$/i.test(text)) return [Number(text.toLowerCase() === 'true')];
  if (text.startsWith('[')) return numbersIn(listIn(text));
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? [value] : undefined;
}

function listIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
