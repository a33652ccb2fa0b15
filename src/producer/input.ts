/** The input of a run: a folder, a bucket, one image, or a list, as images one by one. */

import { stat } from 'node:fs/promises';
import { UserError } from '../explain/user-error.ts';
import type { RunConfiguration } from '../shared/run/configuration.ts';
import { openImageStore } from '../shared/run/image-store.ts';
import { arraySuffix, hasImageSuffix, imageSuffixes, isTable } from '../shared/run/input-kind.ts';
import { isS3Location, splitLocation } from '../shared/store/location.ts';
import { openStore } from '../shared/store/open-store.ts';
import type { Store } from '../shared/store/store.ts';
import { holdsImage } from './holds-image.ts';
import {
  type ListedImage,
  type ListingCounts,
  listNamedImages,
  listStoredImages,
  newListingCounts,
  outputInside,
} from './list-images.ts';
import { readSelection, type Selection } from './selection.ts';

export interface Input {
  store: Store;
  inBucket: boolean;
  /** A folder or prefix; else a list or a single image. */
  isFolder: boolean;
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

/** Images whose keys are compared. */
const comparedImages = 1000;

/** The first keys, for comparison with those of tables. */
export async function firstKeys(input: Input): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of input.candidates(newListingCounts())) {
    if (keys.push(key) === comparedImages) break;
  }
  return keys;
}

/** @throws UserError `no-input`, `same-output`, `bad-setting`, `bad-location` */
export async function openInput({
  input,
  output,
  selection: settings,
}: Pick<RunConfiguration, 'input' | 'output' | 'selection'>): Promise<Input> {
  const inBucket = isS3Location(input);
  if (isTable(input)) {
    const selection = readSelection(settings, null);
    const { folder } = splitLocation(input);
    const store = await openImageStore(input);
    return {
      store,
      inBucket: false,
      isFolder: false,
      ordered: false,
      selection,
      candidates: (counts) => selection.candidates(listNamedImages(input, folder, counts), counts),
    };
  }
  const kind = inBucket ? 'folder' : await kindOfPath(input);
  if (kind === 'file') {
    const { name } = splitLocation(input);
    const store = await openImageStore(input);
    const selection = readSelection(settings, [...imageSuffixes, arraySuffix]);
    return { store, inBucket: false, isFolder: false, ordered: false, selection, candidates: () => onlyImage(name) };
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
    isFolder: true,
    ordered: true,
    selection,
    candidates: (counts, after = '') => {
      const list = () => listStoredImages(store, outside, after);
      const pictures = () => selection.candidates(list(), counts);
      if (settings.suffixes !== null) return pictures();
      const arrays = () => readSelection(settings, [arraySuffix]).candidates(list(), counts);
      if (after !== '') return after.endsWith(arraySuffix) ? arrays() : pictures();
      return picturesOrArrays(pictures, arrays, counts);
    },
  };
}

async function* picturesOrArrays(
  pictures: () => AsyncIterable<ListedImage>,
  arrays: () => AsyncIterable<ListedImage>,
  counts: ListingCounts,
): AsyncGenerator<ListedImage> {
  let isEmpty = true;
  for await (const picture of pictures()) {
    isEmpty = false;
    yield picture;
  }
  if (!isEmpty) return;
  Object.assign(counts, newListingCounts());
  yield* arrays();
}

async function kindOfPath(path: string): Promise<'folder' | 'file'> {
  const stats = await stat(path).catch(() => null);
  if (stats === null) {
    throw new UserError('no-input', `The input ${path} does not exist. Give a folder, an s3:// address, or a list.`);
  }
  if (stats.isDirectory()) return 'folder';
  if (hasImageSuffix(path) || path.endsWith(arraySuffix)) return 'file';
  const { folder, name } = splitLocation(path);
  await using store = await openStore(folder);
  if (await holdsImage(store, name)) return 'file';
  throw new UserError('no-input', `The input ${path} is neither a folder, an image, nor a .csv, .tsv or .jsonl list.`);
}

async function* onlyImage(key: string): AsyncGenerator<ListedImage> {
  yield { key, label: null };
}
