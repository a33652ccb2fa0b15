/** `run.json`: what a run is, how far it is, and what made its output. */

import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import sharp from 'sharp';
import { z } from 'zod';
import { runtimeVersion } from '../../explain/onnx/runtime-version.ts';
import type { Precision } from '../../explain/options.ts';
import { UserError } from '../../explain/user-error.ts';
import { type Store, StoreError } from '../store/store.ts';
import type { BlankMaps } from './blank-maps.ts';
import { configurationFields, type RunConfiguration, runConfigurationSchema } from './configuration.ts';
import type { FaithfulnessSummary } from './faithfulness-summary.ts';
import { storedInputs, withoutPlaces } from './model-inputs.ts';
import type { MultiLabelSummary } from './multi-label-summary.ts';
import type { RegionRow } from './region-summary.ts';
import type { Tally } from './tally.ts';

/** `planning`: a fleet's run whose images are not all listed yet. */
export type RunFileState = 'planning' | 'running' | 'complete' | 'interrupted' | 'failed' | 'cancelled';

/** What the records of a complete run say of its maps: where that was asked for (`--evaluate`, `--regions`), and where most are blank. */
export interface MapFindings {
  /** With the layer `last`: the name of the layer that it means. */
  lastLayer?: string;
  /** With one layer: what `gradline layers` suggests before it. */
  earlierLayer?: string;
  blankMaps?: BlankMaps[];
  faithfulness?: FaithfulnessSummary;
  regions?: RegionRow[];
  /** Of a run whose images may have several labels. */
  multiLabel?: MultiLabelSummary;
}

/** What is read back of a run.json. Readers pick of it, and allow what other versions of Gradline write. */
export const runFileSchema = z.object({
  run: z.string(),
  state: z.string(),
  /** ISO 8601, UTC: the first start. */
  started: z.string(),
  configuration: runConfigurationSchema,
  /** SHA-256 in hexadecimal of the model file, and of the list of class names. */
  digests: z.object({ model: z.string(), classes: z.string().nullable() }),
});

export interface RunFile extends z.infer<typeof runFileSchema>, MapFindings {
  state: RunFileState;
  /** ISO 8601, UTC: the end of the latest start, null while it runs. */
  finished: string | null;
  /**
   * Over all committed images, those of earlier starts included. `images` is the number in the
   * input, null for a bucket that was not counted; `skipped` those that the latest start found done. */
  counts: Tally & { images: number | null; skipped: number };
  accuracy: number | null;
  /** Of the latest start; `images` are those that it explained or quarantined itself. */
  timings: { seconds: number; images: number; imagesPerSecond: number };
  /** What was found wrong with the set-up of the latest start, in words: the model, its inputs, its first answers. */
  warnings: string[];
  /** Why a `failed` run stopped. */
  error: { code: string; message: string } | null;
  versions: { gradline: string; onnxruntime: string; sharp: string; node: string };
  /**
   * What the latest start explained with: the provider that `auto` meant, its cards, images explained together, and in which numbers a GPU
   * computed. Null for a fleet's run, whose workers each have their own.
   */
  execution: { provider: string; devices: readonly number[]; batchSize: number; precision: Precision } | null;
}

export const runFileKey = 'run.json';

/** @param file a `RunFile`, or one that was read with the fields of other versions */
export async function writeRunFile(output: Store, file: RunFile | Readonly<Record<string, unknown>>): Promise<void> {
  await output.put(runFileKey, `${JSON.stringify(file, null, 2)}\n`, 'application/json');
}

/**
 * Reads of a run's run.json what `fields` says.
 * @param missing returns something, or throws, where there is none
 * @param damaged what a message says of one that is not JSON, or has other fields
 * @throws UserError `damaged-output`; StoreError
 */
export async function readRunFile<Fields, Missing = never>(
  output: Store,
  fields: z.ZodType<Fields>,
  missing: (error: StoreError) => Missing = (error) => {
    throw error;
  },
  damaged = 'is not one that Gradline wrote.',
): Promise<Fields | Missing> {
  let text: string;
  try {
    text = (await output.get(runFileKey)).toString('utf8');
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return missing(error);
    throw error;
  }
  try {
    return fields.parse(JSON.parse(text));
  } catch (cause) {
    throw damagedRunFile(output, damaged, cause);
  }
}

export function damagedRunFile(output: Store, reason: string, cause: unknown): UserError {
  return new UserError('damaged-output', `${runFileKey} in ${output.location} ${reason}`, { cause });
}

/** What a resumed run has to agree with. */
const earlierRun = runFileSchema.extend({ configuration: z.record(z.string(), z.unknown()) });

export type EarlierRun = z.infer<typeof earlierRun>;

/** Null where there is none. @throws UserError `damaged-output` when there is a run.json that is not one of Gradline's; StoreError */
export function readEarlierRun(output: Store): Promise<EarlierRun | null> {
  const damaged = 'is not a run that Gradline can resume. Choose another --output.';
  return readRunFile(output, earlierRun, () => null, damaged);
}

/** Refuses to go on with a run whose committed shards would not match the new ones. @throws UserError `run-differs` */
export function checkSameRun(
  earlier: EarlierRun,
  configuration: RunConfiguration,
  digests: RunFile['digests'],
  location: string,
): void {
  const before = comparable(earlier.configuration);
  const now = comparable(configuration);
  const differences = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => !isFree(name) && !isDeepStrictEqual(before[name], now[name]))
    .map((name) => `${name} (${JSON.stringify(before[name])} then, ${JSON.stringify(now[name])} now)`);
  if (earlier.digests.model !== digests.model) differences.push('the content of the model file');
  if (earlier.digests.classes !== digests.classes) differences.push('the class names');
  if (differences.length === 0) return;
  throw new UserError(
    'run-differs',
    `Cannot resume run ${earlier.run} in ${location}: it was started with other settings. Different: ${differences.join('; ')}. ` +
      'Use the settings of that run, or start a new one with another --output.',
  );
}

/** Whether a field of the configuration may be another one when the run goes on. */
function isFree(name: string): boolean {
  return configurationFields.some(({ key, setting }) => key === name && setting?.free === true);
}

/** As JSON keeps it, and a local input as the same path from wherever the command was started. */
function comparable(configuration: object): Record<string, unknown> {
  const plain: Record<string, unknown> = JSON.parse(JSON.stringify(configuration));
  if (typeof plain.input === 'string' && !plain.input.startsWith('s3://')) plain.input = resolve(plain.input);
  const inputs = storedInputs.safeParse(plain.inputs);
  if (inputs.success) plain.inputs = withoutPlaces(inputs.data);
  return plain;
}

/** When the run started and a few letters: sorts by time, unique without a registry. */
export function newRunId(now: Date = new Date()): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

export function softwareVersions(): RunFile['versions'] {
  return {
    gradline: packageFile.parse(require('gradline/package.json')).version,
    onnxruntime: runtimeVersion(),
    sharp: sharp.versions.sharp ?? 'unknown',
    node: process.versions.node,
  };
}

const require = createRequire(import.meta.url);
const packageFile = z.object({ version: z.string() });
