/** Labels from a file in COCO's format for objects: an image has the classes of its annotations, and none of the others. */

import { z } from 'zod';
import type { ClassNames } from '../explain/class-names.ts';
import { UserError } from '../explain/user-error.ts';
import { readLocation } from '../shared/store/open-store.ts';
import { StoreError } from '../shared/store/store.ts';
import type { LabelsOf } from './label.ts';
import type { LabelTable } from './label-lookup.ts';

const id = z.union([z.number(), z.string()]);
const cocoFile = z.object({
  images: z.array(z.object({ id, file_name: z.string() })),
  annotations: z.array(z.object({ image_id: id, category_id: id })),
  categories: z.array(z.object({ id, name: z.string() })),
});

/** @throws UserError `bad-labels`, `missing-setting`; StoreError */
export async function readCocoLabels(location: string, classNames: ClassNames | null): Promise<LabelTable> {
  const file = parse(await read(location), location);
  if (classNames === null) {
    throw new UserError(
      'missing-setting',
      `Missing --classes. The categories of ${location} are found by name, and the names of the model's classes are not known.`,
    );
  }
  const classes = new Map<number | string, number>();
  const others: string[] = [];
  for (const category of file.categories) {
    if (classNames.has(category.name)) classes.set(category.id, classNames.classIndex(category.name));
    else others.push(category.name);
  }
  if (classes.size === 0) {
    throw new UserError(
      'bad-labels',
      `None of the ${others.length} categories of ${location} is the name of a class (${others.slice(0, 5).join(', ')}${others.length > 5 ? ', ...' : ''}). Rename them, or check --classes.`,
    );
  }
  const known = new Set(classes.values());
  const silent = classNames.names.flatMap((_, index) => (known.has(index) ? [] : [index]));
  const labels = new Map<number | string, Set<number>>(file.images.map((image) => [image.id, new Set()]));
  for (const { image_id, category_id } of file.annotations) {
    const index = classes.get(category_id);
    if (index !== undefined) labels.get(image_id)?.add(index);
  }
  const imageOf = imagesByKey(file.images);
  const unknown = silent.length === 0 ? {} : { unknown: silent };
  const labelsOf: LabelsOf = ({ key }) => {
    const image = imageOf(key);
    const own = image === undefined ? undefined : labels.get(image);
    if (own === undefined) return { label: null, labels: null };
    return { label: null, labels: [...own].sort((a, b) => a - b), ...unknown };
  };
  return { labelsOf, several: true, ...texts(location, others, silent, classNames) };
}

function texts(location: string, others: string[], silent: number[], { names }: ClassNames) {
  const listed = (all: readonly string[]) => `${all.slice(0, 5).join(', ')}${all.length > 5 ? ', ...' : ''}`;
  return {
    notices: [
      `Labels are the categories of each image's annotations in ${location}: each class is decided by itself (multi-label).`,
    ],
    warnings: [
      ...(others.length === 0
        ? []
        : [`${others.length} categories of ${location} are no classes of the model: ${listed(others)}.`]),
      ...(silent.length === 0
        ? []
        : [
            `${silent.length} classes are no categories of ${location}, so their truth counts as unknown: ${listed(silent.map((index) => names[index] ?? `#${index}`))}.`,
          ]),
    ],
  };
}

/** The image whose file name is the key or what the key ends with; else the only one whose file name ends with the key. */
function imagesByKey(images: readonly { id: number | string; file_name: string }[]) {
  const names = new Map<string, number | string>();
  const endings = new Map<string, number | string | null>();
  for (const { id: image, file_name } of images) {
    const name = file_name.replace(/^(\.?\/)+/, '').normalize('NFC');
    names.set(name, image);
    for (const ending of endingsOf(name)) endings.set(ending, endings.has(ending) ? null : image);
  }
  return (written: string) => {
    const key = written.normalize('NFC');
    const found = [key, ...endingsOf(key)].map((ending) => names.get(ending)).find((image) => image !== undefined);
    return found ?? endings.get(key) ?? undefined;
  };
}

/** `a/b/c` ends with `b/c` and `c`. */
function endingsOf(name: string): string[] {
  const parts = name.split('/');
  return parts.slice(1).map((_, i) => parts.slice(i + 1).join('/'));
}

async function read(location: string): Promise<string> {
  try {
    return (await readLocation(location)).toString('utf8');
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'not-found')) throw error;
    throw new UserError('bad-labels', `There are no labels at ${location}. Check --labels.`, { cause: error });
  }
}

function parse(text: string, location: string): z.infer<typeof cocoFile> {
  const refuse = (why: string, cause: unknown) =>
    new UserError(
      'bad-labels',
      `The labels ${location} are not in COCO's format: ${why}. It is a JSON object with images, annotations and categories. Other labels are a .csv, .tsv or .jsonl file.`,
      { cause },
    );
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw refuse('the file is not JSON', cause);
  }
  const result = cocoFile.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refuse(`${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'not understood'}`, result.error);
}
