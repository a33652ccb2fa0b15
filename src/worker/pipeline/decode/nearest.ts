import { at } from '../../../explain/at.ts';
import type { Raster, Rectangle, Size } from '../../../shared/picture/raster.ts';

/** Pillow's `crop(box).resize(size, NEAREST).crop(window)`: the sample in which an output's middle lies. */
export function nearest(image: Raster, box: Rectangle, size: Size, window: Rectangle): Raster {
  const { channels } = image;
  const columns = nearestSources(box.width, size.width, window.left, window.width);
  const rows = nearestSources(box.height, size.height, window.top, window.height);
  const pixels = new Uint8Array(window.width * window.height * channels);
  let to = 0;
  for (const row of rows) {
    const line = (box.top + row) * image.width + box.left;
    for (const column of columns) {
      const from = (line + column) * channels;
      for (let c = 0; c < channels; c++) pixels[to++] = at(image.pixels, from + c);
    }
  }
  return { pixels, width: window.width, height: window.height, channels };
}

/** Pillow adds the scale up step by step, with the rounding errors of that (Geometry.c, ImagingScaleAffine). */
export function nearestSources(sourceLength: number, length: number, from: number, outputs: number): Int32Array {
  const scale = sourceLength / length;
  const found = new Int32Array(outputs);
  let middle = scale * 0.5;
  for (let i = 0; i < from + outputs; i++, middle += scale) {
    if (i >= from) found[i - from] = Math.min(Math.trunc(middle), sourceLength - 1);
  }
  return found;
}
