/** Names of classes by index, and back. */

import { didYouMean } from '../../explain/nearest-names.ts';
import { UserError } from '../../explain/user-error.ts';
import { readLocation } from '../store/open-store.ts';
import { StoreError } from '../store/store.ts';

/**
 * The classes of a model. A name is found as it is written; else without regard to case, underscores, and the amount of
 * white space (`Tabby_Cat` finds `tabby cat`); else, when it is a whole number, as an index.
 */
export class ClassNames {
  readonly names: readonly string[];
  readonly #source: string;
  readonly #exact = new Map<string, number[]>();
  readonly #folded = new Map<string, number[]>();

  /** @param source where the names come from, for messages */
  constructor(names: readonly string[], source: string) {
    this.names = names;
    this.#source = source;
    names.forEach((name, index) => {
      append(this.#exact, name, index);
      append(this.#folded, fold(name), index);
    });
  }

  /** The name of a class, or null when the list is shorter. */
  className(index: number): string | null {
    return this.names[index] ?? null;
  }

  /** @throws UserError `unknown-class`, `ambiguous-class` */
  classIndex(name: string): number {
    const found = this.#exact.get(name) ?? this.#folded.get(fold(name));
    if (found === undefined) {
      const index = parseClassIndex(name);
      if (index !== null && index < this.names.length) return index;
      const reason =
        index === null
          ? `is not in ${this.#source}.${didYouMean(name, this.names)}`
          : `is neither a name in ${this.#source} nor an index below ${this.names.length}.`;
      throw new UserError('unknown-class', `Class '${name}' ${reason}`);
    }
    const [index] = found;
    if (index === undefined || found.length > 1) {
      throw new UserError(
        'ambiguous-class',
        `Class '${name}' stands for several classes in ${this.#source}: ${found.join(', ')}. Give the index instead.`,
      );
    }
    return index;
  }
}

/** A class index written in digits, or null. */
export function parseClassIndex(text: string): number | null {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}

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
  return new ClassNames(parseClassNames(body.toString('utf8'), location), location);
}

/**
 * Understands a JSON array of names, a JSON object from index to name (or to `[id, name]`, as Keras writes it), the
 * config.json of a Hugging Face model (its `id2label`), or text with one name a line.
 */
export function parseClassNames(text: string, source: string): string[] {
  const content = text.replace(/^\uFEFF/, '');
  const names = /^\s*[[{]/.test(content) ? namesOfJson(content, source) : namesOfText(content, source);
  if (names.length === 0) throw badClasses(source, 'it holds no names.');
  return names;
}

function namesOfText(content: string, source: string): string[] {
  const lines = content.split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  const empty = lines.indexOf('');
  // Leaving the line out would move every later class by one.
  if (empty !== -1) throw badClasses(source, `line ${empty + 1} is empty, so the number of each class is unclear.`);
  return lines;
}

function namesOfJson(content: string, source: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw badClasses(source, `it is not valid JSON (${error instanceof Error ? error.message : error}).`);
  }
  if (typeof value !== 'object' || value === null) throw badClasses(source, 'it is not a list of names.');
  if (Array.isArray(value)) return value.map((entry, index) => nameOf(entry, index, source));
  const labels = 'id2label' in value && typeof value.id2label === 'object' ? value.id2label : null;
  const entries = new Map(Object.entries(labels ?? value));
  return Array.from({ length: entries.size }, (_, index) => {
    if (!entries.has(String(index))) {
      throw badClasses(source, `as an object it must have the keys 0 to ${entries.size - 1}, but ${index} is missing.`);
    }
    return nameOf(entries.get(String(index)), index, source);
  });
}

function nameOf(entry: unknown, index: number, source: string): string {
  const name: unknown = Array.isArray(entry) ? entry.at(-1) : entry;
  if (typeof name !== 'string') throw badClasses(source, `the name of class ${index} is not a text.`);
  return name;
}

function badClasses(source: string, reason: string): UserError {
  const next = 'Use a JSON array of names, a JSON object from index to name, or text with one name a line.';
  return new UserError('bad-classes', `The class names ${source} cannot be used: ${reason} ${next}`);
}

function fold(name: string): string {
  return name
    .normalize('NFC')
    .replace(/[\s_]+/gu, ' ')
    .trim()
    .toLowerCase();
}

function append(table: Map<string, number[]>, name: string, index: number): void {
  const found = table.get(name);
  if (found === undefined) table.set(name, [index]);
  else found.push(index);
}
