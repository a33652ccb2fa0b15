/** Explains a folder of pictures as `gradline run` would, once. */

import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunConfiguration } from '../../src/shared/run/configuration.ts';
import { explainRun } from '../../src/worker/local/explain-run.ts';
import type { OpenInference } from '../../src/worker/pipeline/inference/durable-inference.ts';

/** Files of a run, and what is not the same for all of them. */
export interface PicturesRun {
  /** Folder of pictures, one folder for each class. */
  input: string;
  output: string;
  model: string;
  /** File of class names. */
  classes: string;
  layers: string[];
  preprocess: RunConfiguration['preprocess'];
  /** Whether the report can find groups. */
  evidence: boolean;
  /** Null: all cores. Default 1, so that several sets can be explained at once. */
  threads?: number | null;
}

const silent = {
  onProvider: () => {},
  onLayers: () => {},
  onNotice: () => {},
  onPlan: () => {},
  onProgress: () => {},
  onWarning: () => {},
};

/** Whether the output is newer than the model. */
export async function isExplained({ output, model }: Pick<PicturesRun, 'output' | 'model'>): Promise<boolean> {
  return (await timeOf(join(output, 'run.json'))) > (await timeOf(model));
}

/** Nothing is done where that was done before. */
export async function explainPictures(run: PicturesRun, open?: OpenInference): Promise<void> {
  if (await isExplained(run)) return;
  // Two evaluations at a time do not meet: each makes an output of its own, and the first one stays.
  const part = `${run.output}.${process.pid}`;
  const configuration = {
    ...run,
    output: part,
    methods: ['grad-cam' as const],
    targets: ['predicted', 'label'],
    labels: 'folder',
    selection: { include: [], exclude: [], suffixes: null, sample: null, seed: 0, limit: null },
    scoreActivation: 'auto' as const,
    batchSize: 16,
    shardSize: 64,
    provider: 'cpu',
    threads: run.threads === undefined ? 1 : run.threads,
    overlays: {
      write: 'none' as const,
      colormap: 'magma' as const,
      alpha: 0.6,
      scale: 'image' as const,
      on: 'seen' as const,
      format: 'jpg' as const,
    },
    maps: false,
    report: false,
    scores: 'shard' as const,
    statistics: false,
    resume: false,
  };
  await rm(part, { recursive: true, force: true });
  await explainRun(configuration, silent, new AbortController().signal, open);
  if (!(await isExplained(run))) {
    await rm(run.output, { recursive: true, force: true });
    await rename(part, run.output);
  }
  await rm(part, { recursive: true, force: true });
}

/** When a file was last changed, in milliseconds; 0 where there is none. */
async function timeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
