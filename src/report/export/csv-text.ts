import { stringify } from 'csv-stringify/sync';

export type CsvCell = string | number | boolean | null;

/**
 * Rows as CSV (RFC 4180). Spreadsheets take a cell that begins with `=`, `+`, `-` or `@` for a formula, also when it is a
 * file's name: such texts, and those that begin with a tab or a line break, get a `'` before them. JSONL and Parquet hold them as they are.
 */
export function csvText(rows: readonly (readonly CsvCell[])[]): string {
  return stringify(
    rows.map((row) => row.slice()),
    {
      escape_formulas: true,
      cast: {
        boolean: (value) => String(value),
        string: (value) => (/^[\t\r\n]/.test(value) ? `'${value}` : value),
      },
    },
  );
}
