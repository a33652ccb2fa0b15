/**
 * The plan of a fleet's run in its output: which images each shard holds.
 *
 *     plan/manifest.json     how far the plan is, replaced after every part
 *     plan/part-00000.jsonl  the images of 256 shards, one {"key", "label"} a line, with "labels" and "unknown" where an image may have several,
 *                            and with "inputs" where the model has more than the picture; only the last part may have fewer
 *     plan/classes.json      names by class index, where they are known
 *     plan/sample.jsonl      the images that were drawn, where the run is a sample
 *
 * A part is written before the manifest counts it and before any of its shards is in the queue. From then on it never changes.
 */

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import { type Store, StoreError } from '../store/store.ts';
import { runConfigurationSchema, type SelectionSettings } from './configuration.ts';
import type { PlannedImage, Shard } from './run-plan.ts';

export const shardsPerPart = 256;
const planManifestKey = 'plan/manifest.json';
export const classesKey = 'plan/classes.json';
export const sampleKey = 'plan/sample.jsonl';

const count = z.int().min(0);
const manifestShape = z.object({
  run: z.string(),
  shardSize: z.int().min(1),
  shardsPerPart: z.int().min(1),
  /** Of the whole plan; null until it is finished. */
  shards: count.nullable(),
  images: count.nullable(),
  finished: z.boolean(),
  selection: runConfigurationSchema.shape.selection,
  /** What is in the parts that are written so far. */
  parts: count,
  planned: z.object({ shards: count, images: count, labelled: count }),
  /** Last key of the last part: where the listing of a bucket or folder goes on. */
  lastKey: z.string().nullable(),
  /** SHA-256 over the parts, each hashed behind the digest of those before it: shows that a list says the same again. */
  digest: z.string(),
});
export type PlanManifest = z.infer<typeof manifestShape>;

const imageShape = z.object({
  key: z.string(),
  label: z.number().nullable(),
  labels: z.array(z.number()).nullable().exactOptional(),
  unknown: z.array(z.number()).exactOptional(),
  inputs: z.record(z.string(), z.array(z.number())).exactOptional(),
});

export function newPlanManifest(run: string, shardSize: number, selection: SelectionSettings): PlanManifest {
  return {
    run,
    shardSize,
    shardsPerPart,
    shards: null,
    images: null,
    finished: false,
    selection,
    parts: 0,
    planned: { shards: 0, images: 0, labelled: 0 },
    lastKey: null,
    digest: '',
  };
}

export function planPartKey(part: number): string {
  return `plan/part-${String(part).padStart(5, '0')}.jsonl`;
}

/** The lines of a part, with a line feed after each. */
export function planPartText(images: readonly PlannedImage[]): string {
  return images
    .map(({ key, label, labels, unknown, inputs }) => {
      const several = labels === undefined ? '' : `,"labels":${JSON.stringify(labels)}`;
      const open = unknown === undefined ? '' : `,"unknown":${JSON.stringify(unknown)}`;
      const rows = inputs === undefined ? '' : `,"inputs":${JSON.stringify(inputs)}`;
      return `{"key":${JSON.stringify(key)},"label":${label}${several}${open}${rows}}\n`;
    })
    .join('');
}

export async function writePlanPart(output: Store, part: number, text: string): Promise<void> {
  await output.put(planPartKey(part), text, 'application/x-ndjson');
}

/** @returns null when there is no plan yet. @throws UserError `damaged-output`; StoreError */
export async function readManifest(output: Store): Promise<PlanManifest | null> {
  const text = await readOptional(output, planManifestKey);
  return text === null ? null : parsed(output, planManifestKey, () => manifestShape.parse(JSON.parse(text)));
}

export async function writeManifest(output: Store, manifest: PlanManifest): Promise<void> {
  await output.put(planManifestKey, `${JSON.stringify(manifest, null, 2)}\n`, 'application/json');
}

/** Names by class index, and ids where classes have them. */
export interface PlanClasses {
  names: readonly string[];
  ids: readonly string[] | null;
}

const classesShape = z.union([z.array(z.string()), z.array(z.tuple([z.string(), z.string()]))]);

/** The classes that the run was planned with; null when they are not known. */
export async function readPlanClasses(output: Store): Promise<PlanClasses | null> {
  const text = await readOptional(output, classesKey);
  if (text === null) return null;
  const entries = parsed(output, classesKey, () => classesShape.parse(JSON.parse(text)));
  const pairs = entries.filter((entry) => typeof entry !== 'string');
  return {
    names: entries.map((entry) => (typeof entry === 'string' ? entry : entry[1])),
    ids: pairs.length === 0 ? null : pairs.map(([id]) => id),
  };
}

/** As a list that `--classes` takes: of names, or of `[id, name]`. */
export async function writePlanClasses(output: Store, { names, ids }: PlanClasses): Promise<void> {
  const entries = names.map((name, index) => (ids === null ? name : [ids[index] ?? '', name]));
  await output.put(classesKey, `${JSON.stringify(entries)}\n`, 'application/json');
}

/** The images that an earlier start drew; null when it had not come so far. */
export async function readSample(output: Store): Promise<PlannedImage[] | null> {
  const text = await readOptional(output, sampleKey);
  return text === null ? null : parsed(output, sampleKey, () => linesOf(text).map(parseImage));
}

export async function writeSample(output: Store, images: readonly PlannedImage[]): Promise<void> {
  await output.put(sampleKey, planPartText(images), 'application/x-ndjson');
}

/** Reads shards of one run's plan, and keeps the latest parts in memory: some megabytes each at 64 images a shard. */
export class PlanReader {
  readonly #output: Store;
  readonly #shardSize: number;
  readonly #kept: number;
  /** By number, the one used last at the end. */
  readonly #parts = new Map<number, Promise<string[]>>();

  constructor(output: Store, shardSize: number, kept = 2) {
    this.#output = output;
    this.#shardSize = shardSize;
    this.#kept = kept;
  }

  /** @throws UserError `damaged-output` when the plan has no such shard; StoreError */
  async readShard(number: number): Promise<Shard> {
    const part = Math.floor(number / shardsPerPart);
    const lines = await this.#lines(part);
    const start = (number % shardsPerPart) * this.#shardSize;
    const own = lines.slice(start, start + this.#shardSize);
    const key = planPartKey(part);
    if (own.length === 0) {
      throw new UserError('damaged-output', `${key} in ${this.#output.location} has no images for shard ${number}.`);
    }
    return { number, images: parsed(this.#output, key, () => own.map(parseImage)) };
  }

  #lines(part: number): Promise<string[]> {
    const lines = this.#parts.get(part) ?? this.#read(part);
    this.#parts.delete(part);
    this.#parts.set(part, lines);
    for (const oldest of this.#parts.keys()) {
      if (this.#parts.size <= this.#kept) break;
      this.#parts.delete(oldest);
    }
    return lines;
  }

  #read(part: number): Promise<string[]> {
    const lines = this.#output.get(planPartKey(part)).then((bytes) => linesOf(bytes.toString('utf8')));
    // A part that could not be read is asked for again.
    lines.catch(() => this.#parts.get(part) === lines && this.#parts.delete(part));
    return lines;
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function parseImage(line: string): PlannedImage {
  return imageShape.parse(JSON.parse(line));
}

async function readOptional(output: Store, key: string): Promise<string | null> {
  try {
    return (await output.get(key)).toString('utf8');
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return null;
    throw error;
  }
}

function parsed<T>(output: Store, key: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new UserError(
      'damaged-output',
      `${key} in ${output.location} is not part of a plan that Gradline wrote. Restore it, or start a new run with another --output.`,
      { cause },
    );
  }
}
