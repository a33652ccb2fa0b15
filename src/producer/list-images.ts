/** The images of a run, one by one: those below a prefix, or those that a list names. */

import { relative, resolve, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isS3Location } from '../shared/store/location.ts';
import { isTransient, retryDelay, storeRetries } from '../shared/store/retry.ts';
import type { Store, StoredObject } from '../shared/store/store.ts';
import { readKeyedRows } from './keyed-rows.ts';
import { SeenKeys } from './seen-keys.ts';

export interface ListedImage {
  key: string;
  /** What a list says about the image: a class index or name. */
  label: string | number | null;
}

/** What was left out on the way; complete when the listing has ended. */
export interface ListingCounts {
  /** Files without one of the suffixes. */
  ignored: number;
  /** Their endings, in lower case, as `.heic`; the first few. */
  ignoredEndings: Set<string>;
  /** Images that `include` and `exclude` leave out. */
  unselected: number;
  /** Further rows of a list with a key that came before. */
  duplicates: number;
}

export function newListingCounts(): ListingCounts {
  return { ignored: 0, ignoredEndings: new Set(), unselected: 0, duplicates: 0 };
}

/**
 * Objects in the store, in the order of their keys' UTF-8 bytes.
 *
 * @param outside prefix of keys to pass over: the run's own output, when it lies inside the input
 * @param after key to begin behind; '' for all
 */
export async function* listStoredImages(
  store: Store,
  outside: string | null,
  after: string,
): AsyncGenerator<ListedImage> {
  for await (const { key } of listPatiently(store, after)) {
    if (outside === null || !key.startsWith(outside)) yield { key, label: null };
  }
}

/** Goes on behind the last key when a page cannot be had for a while: a bucket may take hours to list. */
async function* listPatiently(store: Store, after: string): AsyncGenerator<StoredObject> {
  let last = after;
  let failures = 0;
  for (;;) {
    try {
      for await (const object of store.list('', last)) {
        last = object.key;
        failures = 0;
        yield object;
      }
      return;
    } catch (error) {
      failures += 1;
      if (failures >= storeRetries.attempts || !isTransient(error)) throw error;
      await wait(retryDelay(failures));
    }
  }
}

/**
 * Images that a .csv or .jsonl file names, in the file's order. A key is relative to `folder`, where the list lies, or a
 * whole s3:// address. Of rows with the same key the first counts, while they lie within some four million rows of each other.
 */
export async function* listNamedImages(
  list: string,
  folder: string,
  counts: ListingCounts,
): AsyncGenerator<ListedImage> {
  const seen = new SeenKeys();
  const keyOf = keyBelow(folder);
  for await (const row of readKeyedRows(list)) {
    const key = keyOf(row.key);
    if (seen.add(key)) yield { key, label: row.label };
    else counts.duplicates += 1;
  }
}

/** Shortens a row's absolute path or address that lies in the list's own folder; any other key stays as written. */
export function keyBelow(folder: string): (key: string) => string {
  const withSlash = (root: string) => (root.endsWith('/') ? root : `${root}/`);
  const written = withSlash(folder);
  const resolved = isS3Location(folder) ? written : withSlash(resolve(folder));
  return (key) => {
    const start = isS3Location(key) ? written : resolved;
    const plain = key.startsWith('./') ? key.replace(/^(\.\/)+/, '') : key;
    return plain.startsWith(start) ? plain.slice(start.length) : plain;
  };
}

/** The output's place inside the input as a prefix of keys; null when it lies elsewhere, '' when they are the same. */
export function outputInside(input: string, output: string): string | null {
  if (isS3Location(input) !== isS3Location(output)) return null;
  if (isS3Location(input)) {
    const [outer, inner] = [withSlash(input), withSlash(output)];
    return inner.startsWith(outer) ? inner.slice(outer.length) : null;
  }
  const path = relative(resolve(input), resolve(output));
  if (path === '') return '';
  if (path === '..' || path.startsWith(`..${sep}`) || resolve(path) === path) return null;
  return `${path.split(sep).join('/')}/`;
}

function withSlash(location: string): string {
  return location.endsWith('/') ? location : `${location}/`;
}
