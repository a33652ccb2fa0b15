/** Small image sets in a folder of their own, and a configuration to explain them with. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import type { RunConfiguration } from '../../../src/shared/run/configuration.ts';
import { type ImageRecord, imageRecordSchema } from '../../../src/shared/run/record.ts';
import { explainRun, type RunEvents, type RunSummary } from '../../../src/worker/local/explain-run.ts';
import { ColorInference, side } from '../pipeline/color-inference.ts';

export const colors = ['red', 'green', 'blue'] as const;

/** A new folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A picture that is mostly of one colour, different for every seed. */
export async function picture(color: (typeof colors)[number], seed = 0): Promise<Buffer> {
  const channel = colors.indexOf(color);
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) =>
    i % 3 === channel ? 160 + ((i * 7 + seed * 13) % 90) : (i * 3 + seed) % 60,
  );
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}

/** Writes `count` pictures as `red/0000.png`, `green/0001.png`, ... and returns their keys in the order of a run. */
export async function writePictures(folder: string, count: number): Promise<string[]> {
  const keys: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const color = colors[i % 3] ?? 'red';
    const key = `${color}/${String(i).padStart(4, '0')}.png`;
    await writeInto(folder, key, await picture(color, i));
    keys.push(key);
  }
  return keys.sort();
}

export async function writeInto(folder: string, key: string, body: Buffer | string): Promise<void> {
  await mkdir(dirname(join(folder, key)), { recursive: true });
  await writeFile(join(folder, key), body);
}

/** Explains `<folder>/input` into `<folder>/output`. The model is any file: only its bytes count here. */
export async function configurationIn(
  folder: string,
  changes: Partial<RunConfiguration> = {},
): Promise<RunConfiguration> {
  const model = join(folder, 'model.onnx');
  await writeFile(model, 'not a model: the inference of these tests needs none');
  return {
    input: join(folder, 'input'),
    output: join(folder, 'output'),
    model,
    layers: ['layer4'],
    selection: { include: [], exclude: [], suffixes: null, sample: null, seed: 0, limit: null },
    methods: ['grad-cam'],
    targets: ['predicted'],
    classes: null,
    labels: null,
    preprocess: { preset: 'none' },
    scoreActivation: 'auto',
    batchSize: 4,
    shardSize: 6,
    provider: 'cpu',
    threads: null,
    overlays: { write: 'all', colormap: 'magma', alpha: 0.6, scale: 'image', on: 'seen', format: 'png' },
    evidence: true,
    report: false,
    maps: false,
    scores: 'shard',
    statistics: false,
    resume: false,
    ...changes,
  };
}

/** Every file below a folder with its content, by relative path. */
export async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), await readFile(path));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** All records of an output in the order of its parts, each checked against the schema. */
export async function recordsIn(output: string): Promise<ImageRecord[]> {
  const parts = (await readdir(join(output, 'scores'))).filter((name) => name.startsWith('part-')).sort();
  const texts = await Promise.all(parts.map((part) => readFile(join(output, 'scores', part), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => imageRecordSchema.parse(JSON.parse(line)));
}

export interface Told {
  warnings: string[];
  plans: (number | null)[];
  progress: Parameters<RunEvents['onProgress']>[0][];
  inferences: ColorInference[];
}

/** Runs, and notes what the caller is told. `abortAfter` aborts once that many images are finished. */
export async function explain(
  configuration: RunConfiguration,
  { abortAfter = Number.POSITIVE_INFINITY } = {},
): Promise<RunSummary & Told> {
  const told: Told = { warnings: [], plans: [], progress: [], inferences: [] };
  const abort = new AbortController();
  const events: RunEvents = {
    onProvider: () => undefined,
    onLayers: () => undefined,
    onNotice: () => undefined,
    onPlan: (total) => told.plans.push(total),
    onProgress: (progress) => {
      told.progress.push(progress);
      if (progress.done + progress.quarantined >= abortAfter) abort.abort();
    },
    onWarning: (message) => told.warnings.push(message),
  };
  const summary = await explainRun(configuration, events, abort.signal, async (options) => {
    const inference = new ColorInference(options);
    told.inferences.push(inference);
    return inference;
  });
  return { ...summary, ...told };
}

export async function runFileIn(output: string): Promise<unknown> {
  return JSON.parse((await filesIn(output)).get('run.json')?.toString('utf8') ?? 'null');
}
