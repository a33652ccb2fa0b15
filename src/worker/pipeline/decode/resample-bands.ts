import { at } from '../../../explain/at.ts';
import type { Rectangle, Size } from '../../../shared/picture/raster.ts';
import type { BandImage } from './bands.ts';
import { filters } from './filters.ts';
import { nearestSources } from './nearest.ts';
import { pillowWeights, type Resampling } from './resample.ts';
import { axisMaker } from './resample-float.ts';
import { spanOf } from './span.ts';

/** Which source samples make each output of an axis, and with what weight. Output `i` uses `weights[i * taps ...]`. */
interface Axis {
  first: Int32Array;
  count: Int32Array;
  weights: Float32Array | Float64Array;
  taps: number;
}

/**
 * As `resample`, of floats: the same filters with sums that are rounded to float32 alone, as Pillow's resize of pictures of mode F, band by band.
 * @returns the part `window` of the box resized to `size`
 */
export function resampleBands(
  image: BandImage,
  box: Rectangle,
  size: Size,
  window: Rectangle,
  resampling: Resampling,
): BandImage {
  const across = axis(resampling, box, size, 'width', window.left, window.width);
  const down = axis(resampling, box, size, 'height', window.top, window.height);
  const { channels } = image;
  const [firstRow, lastRow] = [
    at(down.first, 0),
    at(down.first, window.height - 1) + at(down.count, window.height - 1),
  ];
  const line = window.width * channels;
  const narrowed = new Float32Array((lastRow - firstRow) * line);
  for (let row = firstRow; row < lastRow; row++) {
    const from = ((box.top + row) * image.width + box.left) * channels;
    for (let x = 0; x < window.width; x++) {
      const [start, count] = [at(across.first, x), at(across.count, x)];
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < count; k++) {
          sum += at(image.samples, from + (start + k) * channels + c) * at(across.weights, x * across.taps + k);
        }
        narrowed[(row - firstRow) * line + x * channels + c] = sum;
      }
    }
  }
  const samples = new Float32Array(window.height * line);
  for (let y = 0; y < window.height; y++) {
    const [start, count] = [at(down.first, y) - firstRow, at(down.count, y)];
    for (let i = 0; i < line; i++) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += at(narrowed, (start + k) * line + i) * at(down.weights, y * down.taps + k);
      samples[y * line + i] = sum;
    }
  }
  return { samples, width: window.width, height: window.height, channels };
}

function axis(
  { filter, antialias }: Resampling,
  box: Rectangle,
  size: Size,
  side: 'width' | 'height',
  from: number,
  outputs: number,
): Axis {
  // A part of whole samples, which begins at the first of them.
  const source = spanOf(0, box[side], box[side]);
  if (filter === 'nearest') {
    const first = nearestSources(source, size[side], from, outputs);
    return { first, count: new Int32Array(outputs).fill(1), weights: new Float64Array(outputs).fill(1), taps: 1 };
  }
  if (filter === 'area' || (!antialias && (filter === 'bilinear' || filter === 'bicubic'))) {
    return axisMaker(filter, box, size)(source, size[side], from, outputs);
  }
  return pillowWeights(source, size[side], from, outputs, filters[filter]);
}
