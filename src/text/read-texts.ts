/** Texts of a .txt, .csv or .jsonl file, or of standard input, one by one. */

import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { UserError } from '../explain/user-error.ts';
import type { KnownLabels } from '../shared/run/decide.ts';
import type { TableRow } from '../shared/run/keyed-table.ts';
import { readTableText } from '../shared/run/table-text.ts';

export interface TextRow {
  /** The row's own `key`, else the number of its line or, in a table, of its row, from 1. */
  key: string;
  text: string;
  /** A class index or name; null when the row has none. */
  label: string | number | null;
  /** What is true of the text, where it may have several labels. */
  several?: KnownLabels;
}

/** A row of a table of texts. Its key is the row's own, else the number of its line or row; the columns are those beside the text. */
export interface TextTableRow extends TableRow {
  text: string;
}

/** The input that means standard input: one text a line. */
const standardInput = '-';

/**
 * Plain text has one text a line, empty lines left out. A .csv file has a header line with a column of texts, a .jsonl file an
 * object a line; both may have `key` and `label`.
 * @param column name of the column or field of texts
 * @throws UserError `bad-list` naming the line; StoreError when the file cannot be read
 */
export function readTexts(
  input: string,
  column: string,
  stdin: AsyncIterable<Buffer> = process.stdin,
): AsyncGenerator<TextRow> {
  if (isTextTable(input)) return labelledTexts(input, column);
  return plainTexts(input === standardInput ? stdin : readTableText(input));
}

/** Whether texts may have keys and labels there. */
export function isTextTable(input: string): boolean {
  return /\.(csv|jsonl)$/i.test(input);
}

/** Texts with all that stands beside them. @throws as `readTexts` */
export function readTextTable(location: string, column: string): AsyncGenerator<TextTableRow> {
  return /\.csv$/i.test(location) ? csvTexts(location, column) : jsonTexts(location, column);
}

const jsonLabel = z.union([z.string(), z.int().min(0)]).nullish();

async function* labelledTexts(location: string, column: string): AsyncGenerator<TextRow> {
  const isText = /\.csv$/i.test(location);
  for await (const { key, text, line, columns, cells } of readTextTable(location, column)) {
    const cell = cells[columns.indexOf('label')];
    const label = jsonLabel.safeParse(isText && typeof cell === 'string' ? cell.trim() : cell);
    if (!label.success) throw badRow(location, line, column);
    yield { key, text, label: label.data === '' ? null : (label.data ?? null) };
  }
}

async function* plainTexts(pieces: AsyncIterable<Buffer>): AsyncGenerator<TextRow> {
  for await (const { text, line } of lines(pieces)) {
    if (text.trim() !== '') yield { key: String(line), text, label: null };
  }
}

async function* csvTexts(location: string, column: string): AsyncGenerator<TextTableRow> {
  const bytes = Readable.from(readTableText(location));
  const parser = parse({ bom: true, skip_empty_lines: true, info: true });
  bytes.on('error', (error) => parser.destroy(error));
  bytes.pipe(parser);
  let header: string[] | undefined;
  let columns: string[] = [];
  let row = 0;
  try {
    for await (const { record, info } of parser) {
      const fields: string[] = record;
      if (header === undefined) {
        header = fields.map((name) => name.trim());
        const place = header.indexOf(column);
        columns = header.toSpliced(place, 1);
        if (place >= 0) continue;
        const found = header.map((name) => `'${name}'`).join(', ');
        throw badList(
          location,
          `its first line names no column '${column}'; it names ${found}. Name the column of texts with --text-column.`,
        );
      }
      row += 1;
      const field = (name: string) => fields[header?.indexOf(name) ?? -1];
      yield {
        key: field('key') || String(row),
        text: field(column) ?? '',
        line: info.lines,
        columns,
        cells: fields.toSpliced(header.indexOf(column), 1),
      };
    }
  } catch (error) {
    if (error instanceof CsvError) throw badList(location, `${error.message}.`, error);
    throw error;
  } finally {
    bytes.destroy();
  }
}

async function* jsonTexts(location: string, column: string): AsyncGenerator<TextTableRow> {
  const entry = z.looseObject({ key: z.union([z.string().min(1), z.int()]).nullish(), [column]: z.string() });
  for await (const { text, line } of lines(readTableText(location))) {
    if (text.trim() === '') continue;
    const row = entry.safeParse(jsonOf(text, location, line));
    const found: unknown = row.success ? row.data[column] : undefined;
    if (!row.success || typeof found !== 'string') throw badRow(location, line, column);
    const { key, [column]: _, ...more } = row.data;
    yield { key: String(key ?? line), text: found, line, columns: Object.keys(more), cells: Object.values(more) };
  }
}

function badRow(location: string, line: number, column: string): UserError {
  return badList(
    location,
    `line ${line} must be an object with a text in '${column}' and, if known, a 'label' (name or index; a list of them with --multi-label). Another field is named with --text-column.`,
  );
}

function jsonOf(text: string, location: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badList(location, `line ${line} is not valid JSON.`, error);
  }
}

/** Lines without their ends and without a byte order mark, counted from 1. */
async function* lines(pieces: AsyncIterable<Buffer>): AsyncGenerator<{ text: string; line: number }> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let line = 0;
  const counted = (text: string) => {
    line += 1;
    return { text: (line === 1 ? text.replace(/^\uFEFF/, '') : text).replace(/\r$/, ''), line };
  };
  for await (const piece of pieces) {
    const complete = (rest + decoder.write(piece)).split('\n');
    rest = complete.pop() ?? '';
    for (const text of complete) yield counted(text);
  }
  rest += decoder.end();
  if (rest !== '') yield counted(rest);
}

function badList(location: string, reason: string, cause?: unknown): UserError {
  return new UserError('bad-list', `${location} cannot be used: ${reason}`, cause === undefined ? {} : { cause });
}
