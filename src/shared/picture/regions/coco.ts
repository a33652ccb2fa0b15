/** Regions from a file in COCO's format for objects: images, annotations with boxes, polygons or run lengths, and categories. */

import { z } from 'zod';
import { ClassNames } from '../../../explain/class-names.ts';
import { UserError } from '../../../explain/user-error.ts';
import type { RegionSettings } from '../../run/configuration.ts';
import { readLocation } from '../../store/open-store.ts';
import { StoreError } from '../../store/store.ts';
import type { Region, RegionShape } from './region-mask.ts';
import { decodeRunLengths } from './run-lengths.ts';

const count = z.int().min(0);
const runs = z.object({ counts: z.union([z.string(), z.array(count)]), size: z.tuple([count, count]) });
const cocoFile = z.object({
  images: z.array(
    z.object({ id: z.number(), file_name: z.string(), width: z.number().optional(), height: z.number().optional() }),
  ),
  annotations: z.array(
    z.object({
      image_id: z.number(),
      category_id: z.number(),
      bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
      segmentation: z.union([z.array(z.array(z.number())), runs]).optional(),
    }),
  ),
  categories: z.array(z.object({ id: z.number(), name: z.string() })).default([]),
});

type CocoFile = z.infer<typeof cocoFile>;
type Annotation = CocoFile['annotations'][number];

/** The regions of a run's images. */
export class CocoRegions {
  /** Categories that are no class of the model: their regions are left out. */
  readonly unknown: readonly string[];
  /** By image and class. */
  readonly #regions = new Map<number, Map<number, Region[]>>();
  /** Images by file name, and by what file names end with; null where several do. */
  readonly #names = new Map<string, number>();
  readonly #endings = new Map<string, number | null>();

  /** @throws UserError `bad-regions` where no category is a class */
  constructor(
    file: CocoFile,
    source: string,
    categories: RegionSettings['categories'],
    classNames: readonly string[] | null,
  ) {
    const { classes, unknown } = classesOf(file, source, categories, classNames);
    this.unknown = unknown;
    const sizes = new Map<number, { width: number; height: number } | null>();
    for (const { id, file_name, width, height } of file.images) {
      const name = file_name.replace(/^(\.?\/)+/, '');
      this.#names.set(name, id);
      for (const ending of endingsOf(name)) this.#endings.set(ending, this.#endings.has(ending) ? null : id);
      sizes.set(id, width === undefined || height === undefined ? null : { width, height });
    }
    for (const annotation of file.annotations) {
      const explained = classes.get(annotation.category_id);
      const shape = shapeOf(annotation);
      if (explained === undefined || shape === null) continue;
      const ofImage = this.#regions.get(annotation.image_id) ?? new Map<number, Region[]>();
      this.#regions.set(annotation.image_id, ofImage);
      const known = ofImage.get(explained);
      const region = { image: sizes.get(annotation.image_id) ?? null, shape };
      if (known === undefined) ofImage.set(explained, [region]);
      else known.push(region);
    }
  }

  /** All regions of an image by class; empty where the file has none. */
  ofImage(key: string): ReadonlyMap<number, readonly Region[]> {
    const image = this.#imageOf(key);
    return (image === undefined ? undefined : this.#regions.get(image)) ?? new Map();
  }

  /** The image whose file name is the key or what the key ends with; else the only one whose file name ends with the key. */
  #imageOf(key: string): number | undefined {
    for (const ending of [key, ...endingsOf(key)]) {
      const image = this.#names.get(ending);
      if (image !== undefined) return image;
    }
    return this.#endings.get(key) ?? undefined;
  }
}

/** @throws UserError `bad-regions` for a file that is missing or not of COCO's format */
export async function readCocoRegions(
  { file, categories }: RegionSettings,
  classNames: readonly string[] | null,
): Promise<CocoRegions> {
  let text: string;
  try {
    text = (await readLocation(file)).toString('utf8');
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'not-found')) throw error;
    throw new UserError('bad-regions', `There are no regions at ${file}. Check --regions.`, { cause: error });
  }
  return new CocoRegions(parse(text, file), file, categories, classNames);
}

function parse(text: string, source: string): CocoFile {
  const refuse = (why: string, cause?: unknown) =>
    new UserError(
      'bad-regions',
      `The regions ${source} are not in COCO's format: ${why}. It is a JSON object with images, annotations and categories.`,
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

function classesOf(
  file: CocoFile,
  source: string,
  rule: RegionSettings['categories'],
  names: readonly string[] | null,
): { classes: Map<number, number>; unknown: string[] } {
  const classes = new Map<number, number>();
  if (rule !== 'name') {
    const first = rule === 'index' ? 0 : 1;
    for (const { category_id } of file.annotations)
      if (category_id >= first) classes.set(category_id, category_id - first);
    return { classes, unknown: [] };
  }
  if (names === null) {
    throw new UserError(
      'bad-regions',
      `The categories of ${source} are found by name, and the names of the classes are not known. Give --classes, or --region-categories index where a category's id is the class's index.`,
    );
  }
  const known = new ClassNames(names, 'the class names');
  const unknown: string[] = [];
  for (const { id, name } of file.categories) {
    try {
      classes.set(id, known.classIndex(name));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unknown.push(name);
    }
  }
  if (classes.size > 0) return { classes, unknown };
  const listed = unknown.slice(0, 5).map((name) => `'${name}'`);
  throw new UserError(
    'bad-regions',
    `None of the ${unknown.length} categories of ${source} is the name of a class (${listed.join(', ')}${unknown.length > 5 ? ', ...' : ''}). Rename them in the file, or give --region-categories index where a category's id is the class's index.`,
  );
}

/** Masks before boxes: they say more. */
function shapeOf({ bbox, segmentation }: Annotation): RegionShape | null {
  if (segmentation !== undefined && !Array.isArray(segmentation)) {
    const { counts, size } = segmentation;
    const [height, width] = size;
    return {
      kind: 'runs',
      counts: typeof counts === 'string' ? decodeRunLengths(counts) : counts,
      size: { height, width },
    };
  }
  if (segmentation !== undefined && segmentation.length > 0) return { kind: 'polygons', polygons: segmentation };
  if (bbox === undefined) return null;
  const [left, top, width, height] = bbox;
  return { kind: 'box', left, top, width, height };
}

/** `a/b/c` ends with `b/c` and `c`. */
function endingsOf(name: string): string[] {
  const parts = name.split('/');
  return parts.slice(1).map((_, i) => parts.slice(i + 1).join('/'));
}
