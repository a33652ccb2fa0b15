/** Draws a set's validation pictures, and explains them as `gradline run` would. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { explainRun } from '../../src/worker/local/explain-run.ts';
import type { OpenInference } from '../../src/worker/pipeline/inference/durable-inference.ts';
import { side } from './draw/canvas.ts';
import { drawPicture } from './draw/picture.ts';
import { type GapSet, type PlannedPicture, planPictures } from './plan.ts';

/** An early layer, where colours and textures are, a middle one, and the last. */
const layers = ['layer1', 'layer3', 'layer5'];

/**
 * Writes `<folder>/pictures` and `<folder>/classes.txt`, and the run's output to `<folder>/output`.
 * @returns the plan of the pictures: what the evaluation knows and the report does not
 */
export async function explainSet(
  set: GapSet,
  network: string,
  folder: string,
  open?: OpenInference,
): Promise<PlannedPicture[]> {
  const pictures = planPictures(set, 'validation');
  for (const subject of set.classes) await mkdir(join(folder, 'pictures', subject), { recursive: true });
  for (const plan of pictures) {
    const raw = { width: side, height: side, channels: 3 } as const;
    await sharp(drawPicture(plan), { raw })
      .png()
      .toFile(join(folder, 'pictures', plan.key));
  }
  const classes = join(folder, 'classes.txt');
  await writeFile(classes, `${set.classes.join('\n')}\n`);
  const events = {
    onProvider: () => {},
    onLayers: () => {},
    onNotice: () => {},
    onPlan: () => {},
    onProgress: () => {},
    onWarning: () => {},
  };
  const configuration = {
    input: join(folder, 'pictures'),
    output: join(folder, 'output'),
    model: network,
    layers,
    methods: ['grad-cam' as const],
    targets: ['predicted', 'label'],
    classes,
    labels: 'folder',
    selection: { include: [], exclude: [], suffixes: null, sample: null, seed: 0, limit: null },
    preprocess: {
      preset: 'none' as const,
      range: [0, 1] as [number, number],
      size: { height: side, width: side },
      fit: 'none' as const,
    },
    scoreActivation: 'auto' as const,
    batchSize: 16,
    shardSize: 64,
    provider: 'cpu',
    threads: 1,
    overlays: {
      write: 'none' as const,
      colormap: 'magma' as const,
      alpha: 0.6,
      scale: 'image' as const,
      on: 'seen' as const,
      format: 'jpg' as const,
    },
    maps: false,
    evidence: true,
    report: false,
    scores: 'shard' as const,
    statistics: false,
    resume: false,
  };
  await explainRun(configuration, events, new AbortController().signal, open);
  return pictures;
}
