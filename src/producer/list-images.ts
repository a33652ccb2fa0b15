/** The images of a run, one by one: those below a prefix, or those that a list names. */

import { relative, resolve, sep } from 'node:path';
import { isS3Location } from '../shared/location.ts';
import type { Store } from '../shared/store.ts';
import { readKeyedRows } from './keyed-rows.ts';
import { SeenKeys } from './seen-keys.ts';

export const imageSuffixes = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.gif', '.avif', '.bmp'];
const imageName = /\.(jpe?g|png|webp|tiff?|gif|avif|bmp)$/i;

export interface ListedImage {
  key: string;
  /** What a list says about the image: a class index or name. */
  label: string | number | null;
}

/** What was left out on the way; complete when the listing has ended. */
export interface ListingCounts {
  /** Files without an image's suffix. */
  ignored: number;
  /** Further rows of a list with a key that came before. */
  duplicates: number;
}

/** Whether the name ends like an image's, in either case. Content is checked when the image is decoded. */
export function hasImageSuffix(key: string): boolean {
  return imageName.test(key);
}

/**
 * Images in the store, in the order of their keys' UTF-8 bytes.
 *
 * @param outside prefix of keys to pass over: the run's own output, when it lies inside the input
 */
export async function* listStoredImages(
  store: Store,
  counts: ListingCounts,
  outside: string | null,
): AsyncGenerator<ListedImage> {
  for await (const { key } of store.list()) {
    if (outside !== null && key.startsWith(outside)) continue;
    if (hasImageSuffix(key)) yield { key, label: null };
    else counts.ignored += 1;
  }
}

/**
 * Images that a .csv or .jsonl file names, in the file's order. A key is relative to `folder`, where the list lies, or a
 * whole s3:// address. Of rows with the same key the first counts.
 */
export async function* listNamedImages(
  list: string,
  folder: string,
  counts: ListingCounts,
): AsyncGenerator<ListedImage> {
  const seen = new SeenKeys();
  for await (const row of readKeyedRows(list)) {
    const key = keyBelow(folder, row.key);
    if (seen.add(key)) yield { key, label: row.label };
    else counts.duplicates += 1;
  }
}

/** Shortens a row's absolute path or address that lies in the list's own folder; any other key stays as written. */
function keyBelow(folder: string, key: string): string {
  const root = isS3Location(folder) || isS3Location(key) ? folder : resolve(folder);
  const start = root.endsWith('/') ? root : `${root}/`;
  const written = key.replace(/^(\.\/)+/, '');
  return written.startsWith(start) ? written.slice(start.length) : written;
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
