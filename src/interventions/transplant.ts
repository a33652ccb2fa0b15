import type { RgbImage } from '../shared/picture/raster.ts';
import type { Mask } from './mask.ts';

/** A copy of `picture` with a region of `donor`, which has the same size, at the region's own place. */
export function transplanted(picture: RgbImage, donor: RgbImage, mask: Mask): RgbImage {
  const pixels = picture.pixels.slice();
  mask.inside.forEach((inside, pixel) => {
    if (inside === 0) return;
    for (let at = pixel * 3; at < pixel * 3 + 3; at++) pixels[at] = donor.pixels[at] ?? 0;
  });
  return { ...picture, pixels };
}
