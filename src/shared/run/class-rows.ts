/** Files of class names that have more in a line than the name. */

import { CsvError, parse } from 'csv-parse/sync';

/** `n01440764 tench, Tinca tinca`, as in the synset.txt beside many models. */
const synset = /^(n\d{8})\s+(\S.*)$/;
/** `0: tench`, `0 tench`, `0. tench`. */
const numbered = /^(\d+)(\s*[:=.)]\s*|\s+)(\S.*)$/;

/** What columns are called, where the first line names them. */
export const headings = {
  index: /^(index|idx|class_?index|class_?id|number|nr|no)$/i,
  id: /^(id|wnid|synset|code)$/i,
  name: /^(name|class|class_?name|label|title)$/i,
};

/**
 * The cells of each line; null where a line is one name, which may hold commas.
 * @param lines not empty
 */
export function classRows(lines: readonly string[], source: string): string[][] | null {
  const tabbed = lines.map((line) => line.split('\t').map((cell) => cell.trim()));
  if (isTable(tabbed)) return tabbed;
  for (const delimiter of [',', ';']) {
    const rows = cellsOf(lines, delimiter);
    if (rows !== null && isTable(rows) && (/\.csv$/i.test(source) || hasHeadings(rows))) return rows;
  }
  const synsets = lines.map((line) => synset.exec(line)?.slice(1) ?? []);
  return isTable(synsets) ? synsets : numberedRows(lines);
}

/** Numbers that count from 0, or, with a mark behind each, from 1: whoever reads them says that 0 is missing. Others belong to the names, as in `1 euro`. */
function numberedRows(lines: readonly string[]): string[][] | null {
  const parts = lines.map((line) => numbered.exec(line));
  const rows = parts.map((part) => [part?.[1] ?? '', part?.[3] ?? '']);
  const numbers = rows.map(([number = '']) => (number === '' ? Number.NaN : Number(number))).sort((a, b) => a - b);
  const counts = (from: number) => numbers.every((number, i) => number === i + from);
  const areMarked = parts.every((part) => part?.[2]?.trim() !== '');
  return counts(0) || (areMarked && counts(1)) ? rows : null;
}

function isTable(rows: readonly string[][]): boolean {
  const columns = rows[0]?.length ?? 0;
  return columns > 1 && rows.every((row) => row.length === columns);
}

function hasHeadings([header = []]: readonly string[][]): boolean {
  const holds = (heading: RegExp) => header.some((cell) => heading.test(cell));
  return holds(headings.name) && (holds(headings.index) || holds(headings.id));
}

/** Null where the lines are no table with this delimiter. */
function cellsOf(lines: readonly string[], delimiter: string): string[][] | null {
  try {
    return parse(lines.join('\n'), { delimiter, trim: true, relax_column_count: true });
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}
