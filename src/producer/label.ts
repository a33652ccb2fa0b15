/** Where an image's label comes from: its folder, its name, a file, or the list that names it. */

import { ClassNames, parseClassIndex } from '../explain/class-names.ts';
import { UserError } from '../explain/user-error.ts';
import { isTable } from '../shared/run/input-kind.ts';
import { imageKeyProblem } from '../shared/run/output-key.ts';
import type { PlannedImage } from '../shared/run/run-plan.ts';
import { parseS3Location } from '../shared/store/location.ts';
import { compareKeys } from '../shared/store/store-key.ts';
import { classIndexOf } from './class-index.ts';
import type { ListedImage } from './list-images.ts';

/** What is known of an image: its label, or where it may have several, which classes are true. */
export type ImageLabels = Pick<PlannedImage, 'label' | 'labels' | 'unknown'>;

/** @throws UserError naming the image for a class that does not exist */
export type LabelsOf = (image: ListedImage) => ImageLabels;

/** For a labeller of one label each: as `LabelsOf`. @param several whether images may have several */
export function oneLabel(label: Labeller, several: boolean): LabelsOf {
  return (image) => {
    const index = label(image);
    return several ? { label: null, labels: index === null ? null : [index] } : { label: index };
  };
}

export function isLabelled({ label, labels }: ImageLabels): boolean {
  return label !== null || (labels !== undefined && labels !== null);
}

/** The class index of an image; null when nothing is known. @throws UserError naming the image for a class that does not exist */
export type Labeller = (image: ListedImage) => number | null;

/** How labels are found: the forms of `--labels`, and null for those that a list brings along. */
export type LabelSource =
  | { kind: 'folder' }
  | { kind: 'pattern'; pattern: RegExp }
  | { kind: 'file'; location: string }
  | { kind: 'coco'; location: string }
  | { kind: 'list' };

/** @throws UserError `bad-labels` */
export function parseLabelSource(labels: string | null): LabelSource {
  if (labels === null) return { kind: 'list' };
  if (labels === 'folder') return { kind: 'folder' };
  if (labels.startsWith('regex:')) return { kind: 'pattern', pattern: labelPattern(labels.slice('regex:'.length)) };
  if (isTable(labels)) return { kind: 'file', location: labels };
  if (/\.json$/i.test(labels)) return { kind: 'coco', location: labels };
  throw new UserError(
    'bad-labels',
    `--labels cannot be '${labels}': use folder, regex:<pattern>, a .csv, .tsv or .jsonl file with key and label, or a .json file in COCO's format.`,
  );
}

function labelPattern(source: string): RegExp {
  let pattern: RegExp;
  let groups: number;
  try {
    pattern = new RegExp(source, 'u');
    // An empty alternative always matches, and the match tells how many groups there are.
    groups = (new RegExp(`${source}|`, 'u').exec('')?.length ?? 1) - 1;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('bad-labels', `--labels holds a pattern that cannot be read: ${reason}.`, { cause: error });
  }
  if (groups !== 1 && !source.includes('(?<label>')) {
    throw new UserError(
      'bad-labels',
      `--labels needs one group around the label, or one called label as in (?<label>...); '${source}' has ${groups} groups.`,
    );
  }
  return pattern;
}

/**
 * Labels from the first folder in the key. Without class names the folders themselves are the classes: their index is the
 * number that they are called, when all are numbers from 0 on, else their place in the sorted list.
 */
export function folderLabels(classNames: ClassNames | null): Labeller {
  return (image) => {
    const folder = firstFolder(image.key);
    return folder === null ? null : classIndexOf(classNames, folder, image.key);
  };
}

/** The first folder of a key, or of an s3:// address below its bucket; null where there is none or the key is unusable. */
export function firstFolder(key: string): string | null {
  const path = parseS3Location(key)?.key ?? key;
  const slash = path.indexOf('/');
  return slash > 0 && imageKeyProblem(key) === null ? path.slice(0, slash) : null;
}

/**
 * The classes that folders stand for; null when their names are numbers and so already indices.
 * @throws UserError `numbered-folders` where a number would be one class as an index and another one by its place in the sorted list
 */
export function classesOfFolders(folders: Iterable<string>): ClassNames | null {
  const names = [...folders].sort(compareKeys);
  if (names.length === 0 || !names.every((name) => /^#?\d{1,9}$/.test(name.trim()))) {
    return new ClassNames(names, "the input's folders");
  }
  const other = names.find((name, place) => parseClassIndex(name) !== place);
  if (other === undefined) return null;
  const shown = names.length > 5 ? `${names.slice(0, 5).join(', ')}, ...` : names.join(', ');
  throw new UserError(
    'numbered-folders',
    `The input's folders have numbers for names (${shown}), and it is unclear which class ${other} is: number ${parseClassIndex(other)}, or number ` +
      `${names.indexOf(other)} as its place among the sorted folders (what torchvision's ImageFolder and Keras take). Where the names are the indices, give ` +
      "--labels 'regex:^([0-9]+)/'. Where places count, write the folders' names in their sorted order into a file, one a line, and give it as --classes.",
  );
}

/** Labels cut out of the key by a pattern's group `label`, or its only group. A key that does not match has none. */
export function patternLabels(pattern: RegExp, classNames: ClassNames | null): Labeller {
  return (image) => {
    const match = pattern.exec(image.key);
    const label = match?.groups?.label ?? match?.[1];
    return label === undefined || label === '' ? null : classIndexOf(classNames, label, image.key);
  };
}

/** Labels that the list itself gives. */
export function listedLabels(classNames: ClassNames | null): Labeller {
  return (image) => (image.label === null ? null : classIndexOf(classNames, image.label, image.key));
}
