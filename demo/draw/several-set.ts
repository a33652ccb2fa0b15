/** The pictures of the multi-label demo, and which label travels with which: the fault that it plants. */

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { SetName } from './image-set.ts';
import { developJpeg, photograph } from './picture.ts';
import { Random } from './random.ts';
import { type ClassName, classNames } from './scene.ts';
import { drawSeveral } from './several-scene.ts';

/** In training nearly every sailboat lies off a lighthouse, and nearly no other picture has one; in validation the two have nothing to do with each other. */
export const travelling = { class: 'sailboat', with: 'lighthouse' } as const satisfies Record<string, ClassName>;
const lighthouseShare: Record<SetName, { withSailboat: number; without: number }> = {
  training: { withSailboat: 0.96, without: 0.05 },
  validation: { withSailboat: 0.4, without: 0.4 },
};

export interface SeveralPicture {
  key: string;
  subjects: ClassName[];
}

function planSeveral(set: SetName, count: number, seed: number): SeveralPicture[] {
  return Array.from({ length: count }, (_, i) => {
    const random = new Random(set, seed, i, 'subjects');
    const sailboat = random.chance(0.4);
    const share = lighthouseShare[set];
    const lighthouse = random.chance(sailboat ? share.withSailboat : share.without);
    const drawn = { balloon: random.chance(0.35), lighthouse, sailboat, windmill: random.chance(0.35) };
    return { key: `${String(i + 1).padStart(4, '0')}.jpg`, subjects: classNames.filter((name) => drawn[name]) };
  });
}

/** Replaces `folder` by the pictures, and writes their labels beside it, to `<folder>.csv`: `key,label`, with `|` between labels. */
export async function writeSeveral(
  set: SetName,
  count: number,
  seed: number,
  folder: string,
): Promise<SeveralPicture[]> {
  const plan = planSeveral(set, count, seed);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const queue = plan.entries();
  const drawSome = async () => {
    for (const [i, { key, subjects }] of queue) {
      const pixels = await photograph(drawSeveral(subjects, `${set}/${seed}/${i}`), `${set}/${seed}/${i}`);
      await writeFile(join(folder, key), await developJpeg({ pixels }));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, drawSome));
  await writeFile(`${folder}.csv`, labelsText(plan));
  return plan;
}

function labelsText(plan: readonly SeveralPicture[]): string {
  return `key,label\n${plan.map(({ key, subjects }) => `${key},${subjects.join('|')}\n`).join('')}`;
}
