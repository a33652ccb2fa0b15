/** From a configuration to the shards of a run, without ever holding the whole list of images. */

import { stat } from 'node:fs/promises';
import { UserError } from '../explain/user-error.ts';
import { type ClassNames, readClassNames } from '../shared/class-names.ts';
import type { RunConfiguration } from '../shared/configuration.ts';
import { isS3Location, splitLocation } from '../shared/location.ts';
import { openStore } from '../shared/open-store.ts';
import { isImageList } from '../shared/read-configuration.ts';
import type { PlannedImage, Shard } from '../shared/run-plan.ts';
import type { Store } from '../shared/store.ts';
import {
  classesOfFolders,
  fileLabels,
  firstFolder,
  folderLabels,
  type Labeller,
  type LabelSource,
  listedLabels,
  parseLabelSource,
  patternLabels,
} from './label.ts';
import {
  hasImageSuffix,
  imageSuffixes,
  type ListedImage,
  type ListingCounts,
  listNamedImages,
  listStoredImages,
  outputInside,
} from './list-images.ts';
import { ListedStore } from './listed-store.ts';

export interface RunPlan {
  /** Numbered from 0; each iteration lists the input anew and gives the same shards while the input stays the same. */
  shards: AsyncIterable<Shard>;
  /** Where the images are read from. The plan's owner closes it. */
  store: Store;
  /** Names by class index: from `--classes`, else from the folders when those are the labels; null when unknown. */
  classNames: string[] | null;
  /** Number of images; null for a bucket that was not counted. */
  total: number | null;
  /** Number of images with a known label; null when not counted. */
  labelled: number | null;
  /** Files without an image's suffix, and further rows of a list with the same key; null when not counted. */
  ignored: number | null;
  duplicates: number | null;
  /** What the user should know before the run, a sentence each. */
  warnings: string[];
}

/**
 * Plans a run. Local folders and lists are read through once first, so that their number is known and a wrong label stops
 * the run before it starts; a bucket is only counted where its folders are the classes.
 *
 * @throws UserError for an input, list, class file or label that cannot be used; StoreError from the input's store
 */
export async function planRun(configuration: RunConfiguration): Promise<RunPlan> {
  const source = parseLabelSource(configuration.labels);
  const given = configuration.classes === null ? null : await readClassNames(configuration.classes);
  const input = await openInput(configuration);
  try {
    const counted = !input.inBucket || (source.kind === 'folder' && given === null);
    const survey = counted ? newSurvey() : null;
    const { classNames, label } = await readLabels(source, given, input, survey);
    if (survey === null) await checkNotEmpty(configuration, input);
    checkSurvey(configuration, survey);
    return {
      shards: shardsOf(input, label, configuration.shardSize),
      store: input.store,
      classNames: classNames === null ? null : [...classNames.names],
      total: survey?.total ?? null,
      labelled: survey?.labelled ?? null,
      ignored: survey?.counts.ignored ?? null,
      duplicates: survey?.counts.duplicates ?? null,
      warnings: warningsOf(configuration, survey),
    };
  } catch (error) {
    await input.store.close();
    throw error;
  }
}

interface Input {
  store: Store;
  inBucket: boolean;
  images(counts: ListingCounts): AsyncIterable<ListedImage>;
}

async function openInput({ input, output }: RunConfiguration): Promise<Input> {
  const inBucket = isS3Location(input);
  if (isImageList(input)) {
    const { folder } = splitLocation(input);
    const store = new ListedStore(await openStore(folder));
    return { store, inBucket: false, images: (counts) => listNamedImages(input, folder, counts) };
  }
  const kind = inBucket ? 'folder' : await kindOfPath(input);
  if (kind === 'file') {
    const { folder, name } = splitLocation(input);
    return { store: await openStore(folder), inBucket: false, images: () => onlyImage(name) };
  }
  const outside = outputInside(input, output);
  if (outside === '') {
    throw new UserError(
      'same-output',
      `The output ${output} is also the input: choose another folder for the results.`,
    );
  }
  const store = await openStore(input);
  return { store, inBucket, images: (counts) => listStoredImages(store, counts, outside) };
}

async function kindOfPath(path: string): Promise<'folder' | 'file'> {
  const stats = await stat(path).catch(() => null);
  if (stats === null) {
    throw new UserError('no-input', `The input ${path} does not exist. Give a folder, an s3:// address, or a list.`);
  }
  if (stats.isDirectory()) return 'folder';
  if (hasImageSuffix(path)) return 'file';
  throw new UserError('no-input', `The input ${path} is neither a folder, an image, nor a .csv or .jsonl list.`);
}

async function* onlyImage(key: string): AsyncGenerator<ListedImage> {
  yield { key, label: null };
}

/** What one pass over the whole input tells. */
interface Survey {
  total: number;
  labelled: number;
  counts: ListingCounts;
}

function newSurvey(): Survey {
  return { total: 0, labelled: 0, counts: { ignored: 0, duplicates: 0 } };
}

async function takeSurvey(survey: Survey | null, input: Input, label: Labeller): Promise<void> {
  if (survey === null) return;
  for await (const image of input.images(survey.counts)) {
    survey.total += 1;
    if (label(image) !== null) survey.labelled += 1;
  }
}

interface Labels {
  classNames: ClassNames | null;
  label: Labeller;
}

/** Finds out how images are labelled, and takes the survey on the way. */
async function readLabels(
  source: LabelSource,
  given: ClassNames | null,
  input: Input,
  survey: Survey | null,
): Promise<Labels> {
  if (source.kind === 'folder' && given === null) {
    const folders = new Set<string>();
    await takeSurvey(survey, input, ({ key }) => {
      const folder = firstFolder(key);
      return folder === null ? null : folders.add(folder).size;
    });
    const classNames = classesOfFolders(folders);
    return { classNames, label: folderLabels(classNames) };
  }
  const label = await labellerOf(source, given);
  await takeSurvey(survey, input, label);
  return { classNames: given, label };
}

async function labellerOf(source: LabelSource, classNames: ClassNames | null): Promise<Labeller> {
  switch (source.kind) {
    case 'folder':
      return folderLabels(classNames);
    case 'pattern':
      return patternLabels(source.pattern, classNames);
    case 'file':
      return fileLabels(source.location, classNames);
    case 'list':
      return listedLabels(classNames);
  }
}

/** Looks for a first image, so that a wrong bucket or prefix is found before the model is opened. */
async function checkNotEmpty({ input: location }: RunConfiguration, input: Input): Promise<void> {
  const counts = { ignored: 0, duplicates: 0 };
  for await (const _ of input.images(counts)) return;
  throw noImages(location, counts.ignored);
}

function noImages(location: string, ignored: number): UserError {
  const others = ignored > 0 ? ` It holds ${plural(ignored, 'other file')}.` : '';
  return new UserError('no-images', `${location} holds no images (${imageSuffixes.join(', ')}).${others}`);
}

function checkSurvey({ input, labels, targets, overlays }: RunConfiguration, survey: Survey | null): void {
  if (survey === null) return;
  if (survey.total === 0) throw noImages(input, survey.counts.ignored);
  if (survey.labelled > 0) return;
  if (labels !== null) {
    const next =
      labels === 'folder' ? 'the images must lie in a folder for each class' : 'compare its keys with the images';
    throw new UserError('no-labels', `--labels ${labels} gives none of the ${survey.total} images a label: ${next}.`);
  }
  if (targets.includes('label') || overlays.write === 'errors') {
    const option = targets.includes('label') ? '--target label' : '--overlays errors';
    throw new UserError(
      'no-labels',
      `${option} needs labels, but ${input} has none. Add a label column, or use --labels.`,
    );
  }
}

function warningsOf({ labels }: RunConfiguration, survey: Survey | null): string[] {
  if (survey === null) return [];
  const { total, labelled, counts } = survey;
  const { ignored, duplicates } = counts;
  const unlabelled = total - labelled;
  return [
    ...(ignored > 0 ? [`Ignored ${plural(ignored, 'file')} without an image's suffix.`] : []),
    ...(duplicates > 0 ? [`Dropped ${plural(duplicates, 'row')} of the list with a key that came before.`] : []),
    ...(labels !== null && unlabelled > 0 ? [`No label is known for ${unlabelled} of ${plural(total, 'image')}.`] : []),
  ];
}

function shardsOf(input: Input, label: Labeller, size: number): AsyncIterable<Shard> {
  return {
    async *[Symbol.asyncIterator]() {
      let number = 0;
      let images: PlannedImage[] = [];
      for await (const image of input.images({ ignored: 0, duplicates: 0 })) {
        images.push({ key: image.key, label: label(image) });
        if (images.length < size) continue;
        yield { number, images };
        number += 1;
        images = [];
      }
      if (images.length > 0) yield { number, images };
    },
  };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
