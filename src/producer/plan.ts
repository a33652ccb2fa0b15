/** From a configuration to the shards of a run, without ever holding the whole list of images. */

import { ClassNames } from '../explain/class-names.ts';
import { UserError } from '../explain/user-error.ts';
import { isPairTarget } from '../explain/wanted-classes.ts';
import { readClassNames } from '../shared/run/class-names.ts';
import type { RunConfiguration } from '../shared/run/configuration.ts';
import { imageSuffixes, isTable } from '../shared/run/input-kind.ts';
import { type ModelClasses, readModelClasses } from '../shared/run/model-classes.ts';
import type { PlanClasses } from '../shared/run/plan-files.ts';
import type { PlannedImage, Shard } from '../shared/run/run-plan.ts';
import { splitLocation } from '../shared/store/location.ts';
import type { Store } from '../shared/store/store.ts';
import { checkTargets } from './check-targets.ts';
import { chosenImages, firstKeys, type Input, openInput } from './input.ts';
import { type RowFinder, readInputRows } from './input-rows.ts';
import {
  folderLabels,
  type LabelSource,
  type LabelsOf,
  listedLabels,
  oneLabel,
  parseLabelSource,
  patternLabels,
} from './label.ts';
import type { LabelTable, LabelTableSettings } from './label-lookup.ts';
import { readLabelTable } from './label-table.ts';
import { keyBelow, type ListedImage, type ListingCounts, newListingCounts } from './list-images.ts';
import { listsSeveral } from './lists-several.ts';
import { type Survey, surveyFolders, takeSurvey } from './survey.ts';
import { imageKeys } from './table-keys.ts';

/** Its owner disposes of it, which closes the `store`. */
export interface RunPlan extends AsyncDisposable {
  /** Numbered from 0; each iteration lists the input anew and gives the same shards while the input stays the same. */
  shards: AsyncIterable<Shard>;
  /** The images of the shards. `after` is for an `ordered` plan: begin behind this key. */
  images(counts?: ListingCounts, after?: string): AsyncIterable<PlannedImage>;
  /** Whether images come in the order of their keys. */
  ordered: boolean;
  /** Where the images are read from. */
  store: Store;
  /** From `--classes`, else from the model, else from the folders when those are the labels; null when unknown. */
  classes: PlanClasses | null;
  /** Whether images may have several labels. */
  multiLabel: boolean;
  /** The names of `classes`. */
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
  /** What was found and chosen, a sentence each. */
  notices: string[];
}

export interface PlanOptions {
  /** Reads local folders and lists through once first; default: true. */
  survey?: boolean;
  /** What an earlier start found out, where the configuration names no file. */
  classes?: PlanClasses;
}

/**
 * Plans a run. Local folders and lists are read through once first, so that their number is known and a wrong label stops
 * the run before it starts; a bucket is only counted where its folders are the classes.
 *
 * @throws UserError for an input, list, class file or label that cannot be used; StoreError from the input's store
 */
export async function planRun(configuration: RunConfiguration, options: PlanOptions = {}): Promise<RunPlan> {
  const source = parseLabelSource(configuration.labels);
  const ofModel = await modelClasses(configuration, options.classes);
  const given = ofModel?.names ?? (await givenClasses(configuration, options.classes));
  const input = await openInput(configuration);
  try {
    const { rowOf, notices } = await readInputRows(configuration, input);
    const check = ({ key }: ListedImage) => void rowOf(key);
    const withSurvey = options.survey ?? !input.inBucket;
    const read = await readLabels(configuration, source, given, input, { withSurvey, check });
    const { classNames, labelsOf, several, survey } = read;
    await checkTargets(configuration, classNames);
    if (survey === null) await checkNotEmpty(configuration, input);
    checkSurvey(configuration, read);
    const images = (counts = newListingCounts(), after = '') =>
      planned(chosenImages(input, counts, after), labelsOf, rowOf);
    return {
      shards: { [Symbol.asyncIterator]: () => shardsOf(images(), configuration.shardSize) },
      images,
      ordered: input.ordered,
      store: input.store,
      [Symbol.asyncDispose]: () => input.store.close(),
      classes: classNames,
      multiLabel: several,
      classNames: classNames === null ? null : [...classNames.names],
      total: survey?.total ?? null,
      labelled: survey?.labelled ?? null,
      ignored: survey?.counts.ignored ?? null,
      duplicates: survey?.counts.duplicates ?? null,
      warnings: [
        ...read.warnings,
        ...(survey === null ? [] : planWarnings({ ...configuration, multiLabel: several }, survey)),
      ],
      notices: [...(ofModel === null ? [] : [`Classes are called by ${ofModel.source}.`]), ...notices, ...read.notices],
    };
  } catch (error) {
    await input.store.close();
    throw error;
  }
}

/** Names in the model file, where nobody gave others. */
async function modelClasses({ classes, model }: RunConfiguration, earlier?: PlanClasses): Promise<ModelClasses | null> {
  return classes === null && earlier === undefined ? readModelClasses(model) : null;
}

async function givenClasses({ classes }: RunConfiguration, earlier?: PlanClasses): Promise<ClassNames | null> {
  if (classes !== null) return readClassNames(classes);
  return earlier === undefined ? null : new ClassNames(earlier.names, 'the classes of the run', earlier.ids);
}

interface Labels extends LabelTable {
  classNames: ClassNames | null;
  survey: Survey | null;
}

/** Finds out how images are labelled, and takes the survey on the way. */
async function readLabels(
  configuration: RunConfiguration,
  source: LabelSource,
  given: ClassNames | null,
  input: Input,
  { withSurvey, check }: { withSurvey: boolean; check(image: ListedImage): void },
): Promise<Labels> {
  const several = configuration.multiLabel === true;
  if (source.kind === 'folder' && given === null) {
    const { classNames, survey } = await surveyFolders(input, check);
    const labelsOf = oneLabel(folderLabels(classNames), several);
    return { classNames, survey, labelsOf, several, warnings: [], notices: [] };
  }
  const table = await labelsOfSource(configuration, source, given, imageKeys(configuration.input, input.isFolder));
  if (table.keys !== undefined) settleKeys(table.keys, await firstKeys(input), { table, source, withSurvey });
  const survey = withSurvey ? await takeSurvey(input, table.labelsOf, check) : null;
  return { classNames: given, survey, ...table };
}

/** Finds out how labels call the images. Where the images are not read through before the run, the first ones have to tell that none is called so. */
function settleKeys(
  keys: NonNullable<LabelTable['keys']>,
  first: readonly string[],
  { table, source, withSurvey }: { table: LabelTable; source: LabelSource; withSurvey: boolean },
): void {
  const settled = keys.settle(first);
  if (settled !== null) table.notices.push(settled);
  const [image] = first;
  if (withSurvey || image === undefined || first.some((key) => keys.find(key) !== undefined)) return;
  const location = source.kind === 'file' ? source.location : 'the list';
  table.warnings.push(
    `None of the first ${plural(first.length, 'image')} has a label in ${location}: the first image is ${image}, the first row that of ${keys.example ?? 'none'}.`,
  );
}

async function labelsOfSource(
  configuration: RunConfiguration,
  source: LabelSource,
  classNames: ClassNames | null,
  keyOf: (key: string) => string,
): Promise<LabelTable> {
  const { input, multiLabel, labelSeparator = '|', labelValues } = configuration;
  const settings: LabelTableSettings = { multiLabel, separator: labelSeparator, values: labelValues };
  const plain = (label: Parameters<typeof oneLabel>[0]): LabelTable => {
    const several = multiLabel === true;
    return { labelsOf: oneLabel(label, several), several, warnings: [], notices: [] };
  };
  switch (source.kind) {
    case 'folder':
      return plain(folderLabels(classNames));
    case 'pattern':
      return plain(patternLabels(source.pattern, classNames));
    case 'file':
      return readLabelTable(source.location, classNames, { ...settings, keyOf });
    case 'coco':
      return cocoLabels(source.location, classNames, multiLabel);
    case 'list': {
      if (!isTable(input) || !(await listsSeveral(input, classNames, settings))) return plain(listedLabels(classNames));
      const keyOf = keyBelow(splitLocation(input).folder);
      return readLabelTable(input, classNames, { ...settings, multiLabel: true, keyOf });
    }
  }
}

async function cocoLabels(
  location: string,
  classNames: ClassNames | null,
  multiLabel: boolean | undefined,
): Promise<LabelTable> {
  if (multiLabel === false) {
    throw new UserError(
      'bad-labels',
      `The annotations of ${location} give an image any number of labels, and with --no-multi-label each has one.`,
    );
  }
  const { readCocoLabels } = await import('./coco-labels.ts');
  return readCocoLabels(location, classNames);
}

/** Looks for a first image, so that a wrong bucket or prefix is found before the model is opened. */
async function checkNotEmpty({ input: location }: RunConfiguration, input: Input): Promise<void> {
  const counts = newListingCounts();
  for await (const _ of input.selection.filter(input.candidates(counts), counts)) return;
  throw noImages(location, counts);
}

/** Endings in brackets; '' for none. */
const named = (endings: ReadonlySet<string>) => (endings.size === 0 ? '' : ` (${[...endings].sort().join(', ')})`);

/** What to say where nothing is left to explain. */
function noImages(location: string, { ignored, ignoredEndings, unselected }: ListingCounts): UserError {
  const left = unselected > 0 ? ` --include and --exclude leave out ${plural(unselected, 'image')}.` : '';
  const others =
    ignored > 0
      ? ` It holds ${plural(ignored, 'other file')}${named(ignoredEndings)}. Pictures of other kinds have to be converted.`
      : '';
  const wanted = unselected > 0 ? 'that were asked for' : `(${imageSuffixes.join(', ')})`;
  return new UserError('no-images', `${location} holds no images ${wanted}.${left}${others}`);
}

function checkSurvey(
  { input, labels, targets, overlays }: RunConfiguration,
  { survey, keys }: Pick<Labels, 'survey' | 'keys'>,
): void {
  if (survey === null) return;
  if (survey.total === 0) throw noImages(input, survey.counts);
  if (survey.labelled > 0) return;
  if (labels !== null) {
    throw new UserError(
      'no-labels',
      `--labels ${labels} gives none of the ${survey.total} images a label: ${noLabelText(labels, survey, keys)}.`,
    );
  }
  const ofLabels = targets.find((target) => target === 'label' || isPairTarget(target));
  if (ofLabels !== undefined || overlays.write === 'errors') {
    const option = ofLabels === undefined ? '--overlays errors' : `--target ${ofLabels}`;
    throw new UserError(
      'no-labels',
      `${option} needs labels, but ${input} has none. Add a label column, or use --labels.`,
    );
  }
}

/** What to do where labels and images do not meet. */
function noLabelText(labels: string, { firstKey }: Survey, keys: Labels['keys']): string {
  if (labels === 'folder') return `the images must lie in a folder for each class, and the first is ${firstKey}`;
  if (labels.startsWith('regex:')) return `the pattern is tried on keys such as ${firstKey}`;
  const own = keys?.example === undefined ? '' : `, its first row that of ${keys.example}`;
  return `compare its keys with the images: the first image is ${firstKey}${own}. Keys are paths below the input`;
}

/** What the counts of a plan tell that a user may not expect, a sentence each. */
export function planWarnings(
  { labels, multiLabel }: RunConfiguration,
  { total, labelled, counts }: Omit<Survey, 'firstKey'>,
): string[] {
  const { ignored, ignoredEndings, duplicates } = counts;
  const unlabelled = total - labelled;
  return [
    ...(ignored > 0 ? [`Ignored ${plural(ignored, 'file')} without an image's suffix${named(ignoredEndings)}.`] : []),
    // Further rows of an image are further labels of it.
    ...(duplicates > 0 && multiLabel !== true
      ? [`Dropped ${plural(duplicates, 'row')} of the list with a key that came before.`]
      : []),
    ...(labels !== null && unlabelled > 0 ? [`No label is known for ${unlabelled} of ${plural(total, 'image')}.`] : []),
  ];
}

async function* planned(
  images: AsyncIterable<ListedImage>,
  labelsOf: LabelsOf,
  rowOf: RowFinder,
): AsyncGenerator<PlannedImage> {
  for await (const image of images) {
    const inputs = rowOf(image.key);
    yield { key: image.key, ...labelsOf(image), ...(inputs === undefined ? {} : { inputs }) };
  }
}

async function* shardsOf(planned: AsyncIterable<PlannedImage>, size: number): AsyncGenerator<Shard> {
  let number = 0;
  let images: PlannedImage[] = [];
  for await (const image of planned) {
    images.push(image);
    if (images.length < size) continue;
    yield { number, images };
    number += 1;
    images = [];
  }
  if (images.length > 0) yield { number, images };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
