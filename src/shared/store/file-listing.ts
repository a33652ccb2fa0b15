/** Walks a folder in the order of its keys' UTF-8 bytes, one folder's names in memory at a time. */

import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKeys } from './store-key.ts';

/**
 * Yields the keys below `root`. Hidden names are left out. Symbolic links are followed; a link to one of the folders that it
 * lies in is left out, so a loop ends. A link that leads nowhere is listed: reading it then says what is wrong with it.
 *
 * @param folder where to start: '' for the root, else a key that ends with '/'
 * @param wanted says whether a key, or a folder's key with its final '/', can lead to anything of interest
 */
export async function* walkFolder(
  root: string,
  folder: string,
  wanted: (key: string) => boolean,
  ancestors: ReadonlySet<string> = new Set(),
): AsyncGenerator<string> {
  const path = join(root, folder);
  const identity = identityOf(await stat(path, { bigint: true }));
  if (ancestors.has(identity)) return;
  const lineage = new Set(ancestors).add(identity);
  // A folder sorts as `name/`: 'a-b' and 'a.jpg' come before what is in 'a/', 'a0' after it.
  for (const key of (await childKeys(path, folder)).sort(compareKeys)) {
    if (!wanted(key)) continue;
    if (key.endsWith('/')) yield* walkFolder(root, key, wanted, lineage);
    else yield key;
  }
}

async function childKeys(path: string, folder: string): Promise<string[]> {
  const keys: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const key = folder + entry.name;
    if (entry.isDirectory()) keys.push(`${key}/`);
    else if (entry.isFile()) keys.push(key);
    else if (entry.isSymbolicLink()) {
      const target = await stat(join(path, entry.name)).catch(() => null);
      if (target === null || target.isFile()) keys.push(key);
      else if (target.isDirectory()) keys.push(`${key}/`);
    }
  }
  return keys;
}

function identityOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}
