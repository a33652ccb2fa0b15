/** Files of class names. */

import { ClassNames } from '../../explain/class-names.ts';
import { UserError } from '../../explain/user-error.ts';
import { readLocation } from '../store/open-store.ts';
import { StoreError } from '../store/store.ts';
import { classRows, headings } from './class-rows.ts';
import { parsePythonLiteral } from './python-literal.ts';

/**
 * Reads class names from a path or s3:// address.
 *
 * @throws UserError `bad-classes` when the file is missing or cannot be understood
 */
export async function readClassNames(location: string): Promise<ClassNames> {
  let body: Buffer;
  try {
    body = await readLocation(location);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') {
      throw new UserError('bad-classes', `The class names ${location} do not exist. Check --classes.`, {
        cause: error,
      });
    }
    throw error;
  }
  return parseClassNames(body.toString('utf8'), location);
}

/**
 * Understands a JSON array of names, a JSON object from index to name or from name to index, entries of `[id, name]` in either
 * (`imagenet_class_index.json`), the config.json of a Hugging Face model (its `id2label`), the same as Python prints them, or text with
 * one name a line, behind its number or WordNet id or not; or a table of names, their indices and ids in any order, with tabs or as CSV.
 * @throws UserError `bad-classes`
 */
export function parseClassNames(text: string, source: string): ClassNames {
  const content = text.replace(/^\uFEFF/, '');
  const entries = /^\s*[[{]/.test(content) ? entriesOfJson(content, source) : entriesOfText(content, source);
  if (entries.length === 0) throw badClasses(source, 'it holds no names.');
  const ids = entries.flatMap(({ id }) => id ?? []);
  return new ClassNames(
    entries.map(({ name }) => name),
    source,
    ids.length === entries.length ? ids : null,
  );
}

interface ClassEntry {
  id?: string;
  name: string;
}

function entriesOfText(content: string, source: string): ClassEntry[] {
  const lines = content.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  const empty = lines.indexOf('');
  // Leaving the line out would move every later class by one.
  if (empty !== -1) throw badClasses(source, `line ${empty + 1} is empty, so the number of each class is unclear.`);
  const table = classRows(lines, source);
  return table === null ? lines.map((name) => ({ name })) : entriesOfTable(table, source);
}

/** A column of whole numbers is the index; of two others the first is the id. */
function entriesOfTable(table: readonly string[][], source: string): ClassEntry[] {
  const [header = [], ...others] = table;
  const place = (heading: RegExp) => header.findIndex((cell) => heading.test(cell));
  const hasHeader = place(headings.name) >= 0;
  const rows = hasHeader ? others : table;
  const numbered = header.findIndex((_, column) => rows.every((row) => /^\d+$/.test(row[column] ?? '')));
  const texts = header.map((_, column) => column).filter((column) => column !== numbered);
  const index = hasHeader && place(headings.index) >= 0 ? place(headings.index) : numbered;
  const [id, name] = hasHeader
    ? [place(headings.id), place(headings.name)]
    : [texts.length > 1 ? texts[0] : -1, texts.at(texts.length > 1 ? 1 : 0)];
  const entries = rows.map((row): ClassEntry => {
    const ownId = row[id ?? -1];
    return { name: row[name ?? -1] ?? '', ...(ownId === undefined ? {} : { id: ownId }) };
  });
  if (index < 0) return entries;
  const ordered = new Map(rows.map((row, i) => [Number(row[index]), entries[i]]));
  return entries.map((_, number) => {
    const entry = ordered.get(number);
    if (entry !== undefined) return entry;
    throw badClasses(source, `its numbers must be 0 to ${entries.length - 1}, but ${number} is missing.`);
  });
}

function entriesOfJson(content: string, source: string): ClassEntry[] {
  const value = readValue(content, source);
  if (typeof value !== 'object' || value === null) throw badClasses(source, 'it is not a list of names.');
  if (Array.isArray(value)) return value.map((entry, index) => entryOf(entry, index, source));
  const labels = 'id2label' in value && typeof value.id2label === 'object' ? value.id2label : null;
  const entries = byIndex(Object.entries(labels ?? value));
  return Array.from({ length: entries.size }, (_, index) => {
    if (!entries.has(String(index))) {
      throw badClasses(source, `as an object it must have the keys 0 to ${entries.size - 1}, but ${index} is missing.`);
    }
    return entryOf(entries.get(String(index)), index, source);
  });
}

function readValue(content: string, source: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    const value = parsePythonLiteral(content);
    if (value !== undefined) return value;
    throw badClasses(source, `it is not valid JSON (${error instanceof Error ? error.message : error}).`);
  }
}

/** Turned around where indices are the values: Keras's `class_indices` and torchvision's `class_to_idx`. */
function byIndex(entries: [string, unknown][]): Map<string, unknown> {
  const indices = new Set(entries.map(([, value]) => value));
  const isTurned = indices.size === entries.length && entries.every((_, index) => indices.has(index));
  return new Map(isTurned ? entries.map(([name, index]) => [String(index), name]) : entries);
}

function entryOf(entry: unknown, index: number, source: string): ClassEntry {
  const [id, name]: unknown[] = Array.isArray(entry)
    ? [entry.length > 1 ? entry[0] : null, entry.at(-1)]
    : [null, entry];
  if (typeof name !== 'string') throw badClasses(source, `the name of class ${index} is not a text.`);
  return typeof id === 'string' ? { id, name } : { name };
}

function badClasses(source: string, reason: string): UserError {
  const next = 'Use a JSON array of names, a JSON object from index to name, or text with one name a line.';
  return new UserError('bad-classes', `The class names ${source} cannot be used: ${reason} ${next}`);
}
