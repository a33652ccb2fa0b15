import { stat } from 'node:fs/promises';
import type { FileAccess } from '../store/file-access.ts';
import { ListedStore } from '../store/listed-store.ts';
import { isS3Location, splitLocation } from '../store/location.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { arraySuffix, hasImageSuffix, isTable } from './input-kind.ts';

/**
 * The store that a run's keys are of: keys of a list are relative to the list's folder.
 * @param access as of `openStore`
 * @throws UserError `bad-location`
 */
export async function openImageStore(input: string, access?: FileAccess): Promise<Store> {
  if (isTable(input)) return new ListedStore(await openStore(splitLocation(input).folder, access));
  const isNamedSo = hasImageSuffix(input) || input.endsWith(arraySuffix);
  const single = !isS3Location(input) && isNamedSo && !(await isFolder(input));
  return openStore(single ? splitLocation(input).folder : input, access);
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
