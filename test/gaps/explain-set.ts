/** Draws a set's validation pictures and explains them. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { OpenInference } from '../../src/worker/pipeline/inference/durable-inference.ts';
import { side } from './draw/canvas.ts';
import { drawPicture } from './draw/picture.ts';
import { explainPictures } from './explain-pictures.ts';
import { type GapSet, planPictures, plantedIn } from './plan.ts';
import type { PlantedSet } from './planted-set.ts';

/** An early layer, where colours and textures are, a middle one, and the last. */
const layers = ['layer1', 'layer3', 'layer5'];

/**
 * Writes `<folder>/pictures` and `<folder>/classes.txt`, and the run's output to `<folder>/output`.
 * @returns what was planted
 */
export async function explainSet(
  set: GapSet,
  network: string,
  folder: string,
  open?: OpenInference,
): Promise<PlantedSet> {
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
  const run = {
    input: join(folder, 'pictures'),
    output: join(folder, 'output'),
    model: network,
    classes,
    layers,
    preprocess: {
      preset: 'none' as const,
      range: [0, 1] as [number, number],
      size: { height: side, width: side },
      fit: 'none' as const,
    },
  };
  await explainPictures(run, open);
  return plantedIn(set, pictures);
}
