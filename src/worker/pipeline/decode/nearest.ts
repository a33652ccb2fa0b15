import { at } from '../../../explain/at.ts';
import type { Raster, Rectangle, Size } from '../../../shared/picture/raster.ts';
import { type Span, spanOf } from './span.ts';

/** Pillow's `crop(box).resize(size, NEAREST).crop(window)`: the sample in which an output's middle lies. */
export function nearest(image: Raster, box: Rectangle, size: Size, window: Rectangle): Raster {
  const { channels } = image;
  const [across, down] = [spanOf(box.left, box.width, image.width), spanOf(box.top, box.height, image.height)];
  const columns = nearestSources(across, size.width, window.left, window.width);
  const rows = nearestSources(down, size.height, window.top, window.height);
  const pixels = new Uint8Array(window.width * window.height * channels);
  let to = 0;
  for (const row of rows) {
    const line = (down.first + row) * image.width + across.first;
    for (const column of columns) {
      const from = (line + column) * channels;
      for (let c = 0; c < channels; c++) pixels[to++] = at(image.pixels, from + c);
    }
  }
  return { pixels, width: window.width, height: window.height, channels };
}

/** Pillow adds the scale up step by step, with the rounding errors of that (Geometry.c, ImagingScaleAffine). */
export function nearestSources(source: Span, length: number, from: number, outputs: number): Int32Array {
  const scale = source.length / length;
  const found = new Int32Array(outputs);
  let middle = source.start + scale * 0.5;
  for (let i = 0; i < from + outputs; i++, middle += scale) {
    if (i >= from) found[i - from] = Math.min(Math.trunc(middle), source.samples - 1);
  }
  return found;
}
