/** Rows of a .csv or .jsonl file that name images: lists of images and files of labels. Read row by row. */

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { UserError } from '../explain/user-error.ts';
import { fileStoreError } from '../shared/file-store.ts';
import { isS3Location } from '../shared/location.ts';
import { readLocation } from '../shared/open-store.ts';

export interface KeyedRow {
  key: string;
  /** A class index or name; null when the row has none. */
  label: string | number | null;
  /** Line in the file, from 1. */
  line: number;
}

/**
 * Reads a file with a `key` and an optional `label` for each image: CSV with a header line, or one JSON object a line.
 * Other columns are ignored.
 *
 * @throws UserError `bad-list` naming the line; StoreError when the file cannot be read
 */
export function readKeyedRows(location: string): AsyncGenerator<KeyedRow> {
  return /\.jsonl$/i.test(location) ? jsonRows(location) : csvRows(location);
}

async function openText(location: string): Promise<Readable> {
  if (isS3Location(location)) return Readable.from([await readLocation(location)]);
  const stream = createReadStream(location);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', (error) => reject(fileStoreError(error, 'read', location)));
  });
  return stream;
}

async function* csvRows(location: string): AsyncGenerator<KeyedRow> {
  const text = await openText(location);
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    info: true,
    columns: (header: string[]) => checkedColumns(header, location),
  });
  text.on('error', (error) => parser.destroy(error));
  text.pipe(parser);
  try {
    for await (const entry of parser) {
      const { record, info } = csvEntry.parse(entry);
      if (record.key === '') throw badList(location, `line ${info.lines} has no key.`);
      yield { key: record.key, label: record.label?.trim() || null, line: info.lines };
    }
  } catch (error) {
    if (error instanceof CsvError) throw badList(location, `${lowerFirst(error.message)}.`, error);
    throw fileStoreError(error, 'read', location);
  } finally {
    text.destroy();
  }
}

const csvEntry = z.object({
  record: z.object({ key: z.string(), label: z.string().optional() }),
  info: z.object({ lines: z.number() }),
});

function checkedColumns(header: string[], location: string): string[] {
  const names = header.map((name) => name.trim());
  if (!names.includes('key')) {
    const found = names.map((name) => `'${name}'`).join(', ');
    throw badList(location, `its first line must name the columns, with one called 'key'; it names ${found}.`);
  }
  return names;
}

async function* jsonRows(location: string): AsyncGenerator<KeyedRow> {
  const text = await openText(location);
  let line = 0;
  try {
    for await (const content of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      const trimmed = content.replace(/^\uFEFF/, '').trim();
      if (trimmed !== '') yield { ...jsonRow(trimmed, location, line), line };
    }
  } catch (error) {
    throw fileStoreError(error, 'read', location);
  } finally {
    text.destroy();
  }
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
