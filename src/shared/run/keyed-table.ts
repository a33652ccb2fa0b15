/** Rows of a .csv, .tsv or .jsonl file in which each has a key. Read row by row. */

import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import { readTableText } from './table-text.ts';

/** A row with its place in the file. */
export interface TableRow {
  key: string;
  /** Line in the file, from 1. */
  line: number;
  /** Names of the columns; the same array for all rows of a file with a header. */
  columns: readonly string[];
  /** In the order of the columns: texts, or what JSON holds. */
  cells: readonly unknown[];
}

/**
 * Reads a file with a `key` in each row: CSV with a header line, its columns separated by commas, semicolons or tabs, or one JSON object a line.
 * Spaces around cells without quotes do not count.
 *
 * @throws UserError `bad-list` naming the line; StoreError when the file cannot be read
 */
export function readKeyedTable(location: string): AsyncGenerator<TableRow> {
  return /\.jsonl$/i.test(location) ? jsonRows(location) : csvRows(location);
}

async function* csvRows(location: string): AsyncGenerator<TableRow> {
  const { first, all } = await firstLine(readTableText(location));
  const text = Readable.from(all);
  // Rows as lists of fields, and lines counted here: the parser's own objects and counts take three times as long.
  const said = saidDelimiter.exec(first)?.[1];
  const parser = parse({
    bom: true,
    delimiter: said ?? delimiterOf(first),
    trim: true,
    skip_empty_lines: false,
    relax_column_count: true,
  });
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  let columns: readonly string[] | null = null;
  let keyColumn = -1;
  let line = 1;
  try {
    for await (const record of parser) {
      const cells: string[] = record;
      const own = line;
      line += linesOf(cells);
      if (cells.length === 1 && cells[0] === '') continue;
      if (own === 1 && said !== undefined) continue;
      if (columns === null) {
        columns = readHeader(cells, location);
        keyColumn = columns.lastIndexOf('key');
        continue;
      }
      if (cells.length !== columns.length) {
        throw badList(location, `line ${own} has ${cells.length} columns, but its first line names ${columns.length}.`);
      }
      const key = cells[keyColumn] ?? '';
      if (key === '') throw badList(location, `line ${own} has no key.`);
      yield { key, line: own, columns, cells };
    }
  } catch (error) {
    if (error instanceof CsvError) throw badList(location, `${lowerFirst(error.message)}.`, error);
    throw error;
  } finally {
    text.destroy();
  }
}

/** The first line, and all that was read and will be. */
async function firstLine(pieces: AsyncGenerator<Buffer>): Promise<{ first: string; all: AsyncIterable<Buffer> }> {
  const read: Buffer[] = [];
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) break;
    read.push(next.value);
    if (next.value.includes('\n')) break;
  }
  const [first = ''] = Buffer.concat(read).toString('utf8').split('\n', 1);
  return {
    first,
    all: (async function* () {
      yield* read;
      yield* pieces;
    })(),
  };
}

/** Excel's own first line, before the header: `sep=;`. */
const saidDelimiter = /^\uFEFF?"?sep=([^"\r])"?\r?$/i;

/** What separates columns: a comma, else what Excel writes where numbers have decimal commas, or a tab. */
function delimiterOf(header: string): string {
  const columns = (delimiter: string) =>
    header.split(delimiter).map((name) => name.trim().replace(/^\uFEFF?"?|"$/g, ''));
  return [',', ';', '\t'].find((delimiter) => columns(delimiter).includes('key')) ?? ',';
}

/** Lines that a row takes in the file: a quoted field may hold line feeds. */
function linesOf(fields: string[]): number {
  let lines = 1;
  for (const field of fields) if (field.includes('\n')) lines += field.split('\n').length - 1;
  return lines;
}

function readHeader(header: string[], location: string): string[] {
  const names = header.map((name) => name.trim());
  if (names.includes('key')) return names;
  const found = names.map((name) => `'${name}'`).join(', ');
  throw badList(
    location,
    `its first line must name the columns, separated by commas, semicolons or tabs, with one called 'key'; it names ${found}.`,
  );
}

async function* jsonRows(location: string): AsyncGenerator<TableRow> {
  let line = 0;
  for await (const content of textLines(location)) {
    line += 1;
    const trimmed = content.replace(/^\uFEFF/, '').trim();
    if (trimmed === '') continue;
    const row = jsonObject(trimmed, location, line);
    yield { key: row.key, line, columns: Object.keys(row), cells: Object.values(row) };
  }
}

/** Lines without their ends. */
async function* textLines(location: string): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of readTableText(location)) {
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}

const keyed = z.looseObject({ key: z.string().min(1) });

function jsonObject(content: string, location: string, line: number): z.infer<typeof keyed> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw badList(location, `line ${line} is not valid JSON.`, error);
  }
  const row = keyed.safeParse(value);
  if (!row.success) throw badList(location, `line ${line} must be an object with a 'key'.`);
  return row.data;
}

/** @param reason a sentence that begins in lower case */
export function badList(location: string, reason: string, cause?: unknown): UserError {
  return new UserError('bad-list', `${location} cannot be used: ${reason}`, cause === undefined ? {} : { cause });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
