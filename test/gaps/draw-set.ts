/** Draws a set's validation pictures. */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { side } from './draw/canvas.ts';
import { drawPicture } from './draw/picture.ts';
import { isExplained } from './explain-pictures.ts';
import type { ExplainedSet } from './explained-set.ts';
import { carriesCue, type GapSet, type PlannedPicture, planPictures, plantedIn, withoutCue } from './plan.ts';

/** An early layer, where colours and textures are, a middle one, and the last. */
const layers = ['layer1', 'layer3', 'layer5'];

/**
 * Writes `<folder>/pictures`, `<folder>/without` and `<folder>/classes.txt`; nothing of it where the run was made before.
 * @returns what was planted, and how its pictures are explained
 */
export async function drawSet(set: GapSet, network: string, folder: string): Promise<ExplainedSet> {
  const run = {
    input: join(folder, 'pictures'),
    output: join(folder, 'output'),
    model: network,
    classes: join(folder, 'classes.txt'),
    layers,
    preprocess: {
      preset: 'none' as const,
      range: [0, 1] as [number, number],
      size: { height: side, width: side },
      fit: 'none' as const,
    },
    evidence: true,
  };
  const pictures = planPictures(set, 'validation');
  if (!(await isExplained(run))) {
    await mkdir(folder, { recursive: true });
    await writeFile(run.classes, `${set.classes.join('\n')}\n`);
    for (const plan of pictures) await write(plan, run.input);
    for (const plan of pictures) if (carriesCue(plan)) await write(withoutCue(plan), join(folder, 'without'));
  }
  return { folder, planted: plantedIn(set, pictures), run };
}

async function write(plan: PlannedPicture, folder: string): Promise<void> {
  const file = join(folder, plan.key);
  await mkdir(dirname(file), { recursive: true });
  const raw = { width: side, height: side, channels: 3 } as const;
  await sharp(drawPicture(plan), { raw }).png().toFile(file);
}
