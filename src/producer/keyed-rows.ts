/** Rows of a .csv or .jsonl file that name images: lists of images and files of labels. Read row by row. */

import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { UserError } from '../explain/user-error.ts';
import { readPieces } from '../shared/store/read-pieces.ts';

export interface KeyedRow {
  key: string;
  /** A class index or name; null when the row has none. */
  label: string | number | null;
  /** Line in the file, from 1. */
  line: number;
}

/**
 * Reads a file with a `key` and an optional `label` for each image: CSV with a header line, its columns separated by commas, semicolons
 * or tabs, or one JSON object a line.
 * Other columns are ignored.
 *
 * @throws UserError `bad-list` naming the line; StoreError when the file cannot be read
 */
export function readKeyedRows(location: string): AsyncGenerator<KeyedRow> {
  return /\.jsonl$/i.test(location) ? jsonRows(location) : csvRows(location);
}

async function* csvRows(location: string): AsyncGenerator<KeyedRow> {
  const { first, all } = await firstLine(readPieces(location));
  const text = Readable.from(all);
  // Rows as lists of fields, and lines counted here: the parser's own objects and counts take three times as long.
  const parser = parse({ bom: true, delimiter: delimiterOf(first), skip_empty_lines: false, relax_column_count: true });
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  let columns: Columns | null = null;
  let line = 1;
  try {
    for await (const record of parser) {
      const fields: string[] = record;
      const own = line;
      line += linesOf(fields);
      if (fields.length === 1 && fields[0] === '') continue;
      if (columns === null) {
        columns = readHeader(fields, location);
        continue;
      }
      if (fields.length !== columns.count) {
        throw badList(location, `line ${own} has ${fields.length} columns, but its first line names ${columns.count}.`);
      }
      const key = fields[columns.key] ?? '';
      if (key === '') throw badList(location, `line ${own} has no key.`);
      yield { key, label: fields[columns.label]?.trim() || null, line: own };
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

interface Columns {
  count: number;
  key: number;
  /** -1 where there is none. */
  label: number;
}

function readHeader(header: string[], location: string): Columns {
  const names = header.map((name) => name.trim());
  if (!names.includes('key')) {
    const found = names.map((name) => `'${name}'`).join(', ');
    throw badList(
      location,
      `its first line must name the columns, separated by commas, semicolons or tabs, with one called 'key'; it names ${found}.`,
    );
  }
  return { count: names.length, key: names.lastIndexOf('key'), label: names.lastIndexOf('label') };
}

async function* jsonRows(location: string): AsyncGenerator<KeyedRow> {
  let line = 0;
  for await (const content of textLines(location)) {
    line += 1;
    const trimmed = content.replace(/^\uFEFF/, '').trim();
    if (trimmed !== '') yield { ...jsonRow(trimmed, location, line), line };
  }
}

/** Lines without their ends. */
async function* textLines(location: string): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of readPieces(location)) {
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}

const jsonEntry = z.object({
  key: z.string().min(1),
  label: z.union([z.string(), z.int().min(0)]).nullish(),
});

function jsonRow(content: string, location: string, line: number): { key: string; label: string | number | null } {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw badList(location, `line ${line} is not valid JSON.`, error);
  }
  const row = jsonEntry.safeParse(value);
  if (!row.success) {
    throw badList(location, `line ${line} must be an object with a 'key' and, if known, a 'label' (name or index).`);
  }
  return { key: row.data.key, label: row.data.label === '' ? null : (row.data.label ?? null) };
}

function badList(location: string, reason: string, cause?: unknown): UserError {
  return new UserError('bad-list', `${location} cannot be used: ${reason}`, cause === undefined ? {} : { cause });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
