/** One picture from its plan: a view of a photograph with the cues that it carries. */

import { Random } from '../../../demo/draw/random.ts';
import type { Photographs } from './photographs.ts';
import type { Picture, Region } from './picture.ts';
import type { PhotographSet, PlannedPicture } from './plan.ts';

interface DrawnPicture {
  picture: Picture;
  /** Of the fault's cue, in pixels; null for a cue of the whole picture and for none. */
  region: Region | null;
}

/** Smallest cut of a photograph. Training has small ones, too, as is usual: a network then leans on what every picture of a class shows, a cue. */
const leastCut = { training: 0.2, validation: 0.74 };

export async function drawPicture(
  photographs: Photographs,
  set: PhotographSet,
  half: keyof typeof leastCut,
  plan: PlannedPicture,
): Promise<DrawnPicture> {
  const random = (subject: string) => new Random('photographs', plan.seed, subject);
  const picture = await photographs.view(plan.photograph, leastCut[half], random('view'));
  for (const index of plan.harmless) await set.harmless[index]?.cue.draw(picture, random(`harmless ${index}`));
  const cue = plan.carries === null ? null : set.faults[plan.carries]?.cue;
  const region = (await cue?.draw(picture, random('cue'))) ?? null;
  return { picture, region };
}
