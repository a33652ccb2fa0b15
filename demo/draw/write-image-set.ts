import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Box } from './date-stamp.ts';
import type { PlannedPicture } from './image-set.ts';
import { developJpeg, drawPicture } from './picture.ts';
import { type ClassName, classNames } from './scene.ts';

/** What the generator knows of a picture; `<folder>.json` holds a list of these. */
export interface PictureTruth {
  key: string;
  subject: ClassName;
  /** Where the date is, in pixels of the file; null without one. */
  stamp: Box | null;
}

/**
 * Replaces `folder` by the pictures, `<folder>/<class>/<number>.jpg`, and writes the truth about them beside it,
 * to `<folder>.json`, so that the folder holds nothing but images.
 */
export async function writeImageSet(plan: readonly PlannedPicture[], folder: string): Promise<PictureTruth[]> {
  await rm(folder, { recursive: true, force: true });
  for (const name of classNames) await mkdir(join(folder, name), { recursive: true });
  const truth: PictureTruth[] = new Array(plan.length);
  const queue = plan.entries();
  const drawSome = async () => {
    for (const [i, { key, subject, stamped, seed }] of queue) {
      const picture = await drawPicture(subject, stamped, seed);
      await writeFile(join(folder, key), await developJpeg(picture));
      truth[i] = { key, subject, stamp: picture.stamp };
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, drawSome));
  await writeFile(`${folder}.json`, `[\n${truth.map((line) => JSON.stringify(line)).join(',\n')}\n]\n`);
  return truth;
}
