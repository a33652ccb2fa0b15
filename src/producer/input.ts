/** The input of a run: a folder, a bucket, one image, or a list, as images one by one. */

import { stat } from 'node:fs/promises';
import { UserError } from '../explain/user-error.ts';
import type { RunConfiguration } from '../shared/run/configuration.ts';
import { openImageStore } from '../shared/run/image-store.ts';
import { hasImageSuffix, imageSuffixes, isTable } from '../shared/run/input-kind.ts';
import { isS3Location, splitLocation } from '../shared/store/location.ts';
import { openStore } from '../shared/store/open-store.ts';
import type { Store } from '../shared/store/store.ts';
import { holdsImage } from './holds-image.ts';
import {
  type ListedImage,
  type ListingCounts,
  listNamedImages,
  listStoredImages,
  outputInside,
} from './list-images.ts';
import { readSelection, type Selection } from './selection.ts';

export interface Input {
  store: Store;
  inBucket: boolean;
  /** Whether images come in the order of their keys, so that a listing can go on behind one. */
  ordered: boolean;
  selection: Selection;
  /** @param after only where `ordered`: begin behind this key */
  candidates(counts: ListingCounts, after?: string): AsyncIterable<ListedImage>;
}

/** The images that the run takes. */
export function chosenImages(input: Input, counts: ListingCounts, after = ''): AsyncIterable<ListedImage> {
  return input.selection.choose(input.candidates(counts, after), counts);
}

/** @throws UserError `no-input`, `same-output`, `bad-setting`, `bad-location` */
export async function openInput({ input, output, selection: settings }: RunConfiguration): Promise<Input> {
  const inBucket = isS3Location(input);
  if (isTable(input)) {
    const selection = readSelection(settings, null);
    const { folder } = splitLocation(input);
    const store = await openImageStore(input);
    return {
      store,
      inBucket: false,
      ordered: false,
      selection,
      candidates: (counts) => selection.candidates(listNamedImages(input, folder, counts), counts),
    };
  }
  const kind = inBucket ? 'folder' : await kindOfPath(input);
  if (kind === 'file') {
    const { name } = splitLocation(input);
    const store = await openImageStore(input);
    const selection = readSelection(settings, imageSuffixes);
    return { store, inBucket: false, ordered: false, selection, candidates: () => onlyImage(name) };
  }
  const outside = outputInside(input, output);
  if (outside === '') {
    throw new UserError(
      'same-output',
      `The output ${output} is also the input: choose another folder for the results.`,
    );
  }
  const store = await openImageStore(input);
  const selection = readSelection(settings, imageSuffixes, (key) => holdsImage(store, key));
  return {
    store,
    inBucket,
    ordered: true,
    selection,
    candidates: (counts, after = '') => selection.candidates(listStoredImages(store, outside, after), counts),
  };
}

async function kindOfPath(path: string): Promise<'folder' | 'file'> {
  const stats = await stat(path).catch(() => null);
  if (stats === null) {
    throw new UserError('no-input', `The input ${path} does not exist. Give a folder, an s3:// address, or a list.`);
  }
  if (stats.isDirectory()) return 'folder';
  if (hasImageSuffix(path)) return 'file';
  const { folder, name } = splitLocation(path);
  await using store = await openStore(folder);
  if (await holdsImage(store, name)) return 'file';
  throw new UserError('no-input', `The input ${path} is neither a folder, an image, nor a .csv, .tsv or .jsonl list.`);
}

async function* onlyImage(key: string): AsyncGenerator<ListedImage> {
  yield { key, label: null };
}
