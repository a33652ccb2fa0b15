/** Reading a JPEG smaller than it is, where the recipe makes it much smaller anyway (`--decode fast`). */

import type { Rectangle, Size } from '../../../shared/picture/raster.ts';
import { type GeometrySettings, planGeometry } from './geometry.ts';
import type { Resampling } from './resample.ts';

/** How many of a picture's pixels, along a side, become one. libjpeg has these besides 1. */
const shrinks = [8, 4, 2] as const;
export type Shrink = 1 | (typeof shrinks)[number];

/** At least so many pixels of the smaller picture, along a side, make one of the model's (docs/decisions/0006-pillow-exact-preprocessing.md). */
const usualMargin = 2;

/** A picture that was read smaller than it is. */
export interface ShrunkPicture {
  /** Its whole size. */
  original: Size;
  shrink: Shrink;
  /** Where the original begins in what was read, in pixels of that: before it, where the few that were left out are shown first. */
  left: number;
  top: number;
}

/**
 * How much smaller a picture may be read. One whose filter looks at single pixels of the original, as without antialiasing, is read whole: a
 * smaller one is smoothed already.
 */
export function shrinkFor(
  original: Size,
  settings: GeometrySettings & { resampling: Resampling },
  margin = usualMargin,
): Shrink {
  const { filter, antialias } = settings.resampling;
  if (settings.fit === 'none' || filter === 'nearest' || !antialias) return 1;
  const { box, size } = planGeometry(original, settings);
  const reduction = Math.min(box.width / size.width, box.height / size.height);
  return shrinks.find((shrink) => shrink * margin <= reduction) ?? 1;
}

/** A part of the original, in the pixels of what was read. */
export function shrunkBox(box: Rectangle, { shrink, left, top }: ShrunkPicture): Rectangle {
  return {
    left: left + box.left / shrink,
    top: top + box.top / shrink,
    width: box.width / shrink,
    height: box.height / shrink,
  };
}
