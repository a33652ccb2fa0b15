/** What all cues have in common. */

import type { Random } from '../../../../demo/draw/random.ts';
import type { Picture, Region } from '../picture.ts';

/** One look of a cue: its words, place, size and colours are drawn once for a set. */
export interface Cue {
  /** In words, as it reads in the plan. */
  description: string;
  /**
   * Draws the cue on a picture; what varies between pictures comes from `random`.
   * @returns the region that the cue fills, null for a cue of the whole picture
   */
  draw(picture: Picture, random: Random): Promise<Region | null>;
}

/** Draws the look of one kind of cue. */
export type DrawCue = (random: Random) => Cue;
