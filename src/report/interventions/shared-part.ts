/** What the images of a cluster may share, cut out of each and averaged. */

import { at } from '../../explain/at.ts';
import type { Mask } from '../../interventions/mask.ts';
import type { RgbImage, Size } from '../../shared/picture/raster.ts';
import { median } from '../clusters/numbers.ts';

/** Where a mask lies, in pixels. */
export interface Box extends Size {
  left: number;
  top: number;
}

/** Red, green, blue and opacity, `[height, width, 4]`. */
export interface TransparentImage extends Size {
  pixels: Uint8Array;
}

/** Null for an empty mask. */
export function boxOf({ width, height, inside }: Mask): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  inside.forEach((value, pixel) => {
    if (value === 0) return;
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  });
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The parts laid over each other by their middles, as large as the median of them; as opaque as there are parts at a pixel. Null without any. */
export function sharedPart(parts: readonly { picture: RgbImage; mask: Mask }[]): TransparentImage | null {
  const boxed = parts.flatMap(({ picture, mask }) => {
    const box = boxOf(mask);
    return box === null ? [] : [{ picture, mask, box }];
  });
  if (boxed.length === 0) return null;
  const width = Math.round(median(boxed.map(({ box }) => box.width)));
  const height = Math.round(median(boxed.map(({ box }) => box.height)));
  const sums = new Float64Array(width * height * 3);
  const counts = new Uint32Array(width * height);
  for (const { picture, mask, box } of boxed) {
    const left = Math.round(box.left + (box.width - width) / 2);
    const top = Math.round(box.top + (box.height - height) / 2);
    for (let y = 0, to = 0; y < height; y++) {
      for (let x = 0; x < width; x++, to++) {
        const [column, row] = [left + x, top + y];
        if (column < 0 || row < 0 || column >= mask.width || row >= mask.height) continue;
        const from = row * mask.width + column;
        if (mask.inside[from] !== 1) continue;
        counts[to] = at(counts, to) + 1;
        for (let channel = 0; channel < 3; channel++) {
          sums[to * 3 + channel] = at(sums, to * 3 + channel) + at(picture.pixels, from * 3 + channel);
        }
      }
    }
  }
  const pixels = new Uint8Array(width * height * 4);
  counts.forEach((count, to) => {
    for (let channel = 0; channel < 3; channel++) {
      pixels[to * 4 + channel] = Math.round(at(sums, to * 3 + channel) / Math.max(1, count));
    }
    pixels[to * 4 + 3] = Math.round((255 * count) / boxed.length);
  });
  return { width, height, pixels };
}
