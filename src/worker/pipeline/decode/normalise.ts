import { at } from '../../../explain/at.ts';
import type { RgbImage } from '../../../shared/picture/raster.ts';
import type { Preprocessing } from './preprocessing.ts';

/**
 * The 256 values that an 8-bit sample can become in each of the model's channels, computed in float32 step by step as PyTorch does:
 * `(low + sample / 255 * (high - low) - mean) / std`.
 */
function sampleValues(preprocessing: Preprocessing, channels: 1 | 3): Float32Array[] {
  const { range, mean, std } = preprocessing;
  if (channels === 1) return [valuesOf(range, average(mean), average(std))];
  return mean.map((value, c) => valuesOf(range, value, at(std, c)));
}

function valuesOf([low, high]: [number, number], mean: number, std: number): Float32Array {
  const values = new Float32Array(256);
  for (let sample = 0; sample < 256; sample++) {
    const scaled = low === 0 && high === 255 ? sample : low + Math.fround(sample / 255) * (high - low);
    const centred = Math.fround(Math.fround(scaled) - Math.fround(mean));
    values[sample] = centred / Math.fround(std);
  }
  return values;
}

/** Writes an image into `target` from `offset` on: `channels * height * width` values. */
export function normalise(
  image: RgbImage,
  preprocessing: Preprocessing,
  layout: 'NCHW' | 'NHWC',
  channels: 1 | 3,
  target: Float32Array,
  offset: number,
): void {
  const values = sampleValues(preprocessing, channels);
  const { pixels } = image;
  const count = image.width * image.height;
  for (let c = 0; c < channels; c++) {
    const table = at(values, c);
    const source = channels === 3 && preprocessing.channels === 'bgr' ? 2 - c : c;
    const step = layout === 'NCHW' ? 1 : channels;
    let to = layout === 'NCHW' ? offset + c * count : offset + c;
    for (let from = source; from < count * 3; from += 3, to += step) {
      target[to] = table[pixels[from] ?? 0] ?? 0;
    }
  }
}

/** The colour that the model sees as nearly zero in every channel, in RGB. */
export function zeroColour(preprocessing: Preprocessing, channels: 1 | 3): [number, number, number] {
  const nearest = sampleValues(preprocessing, channels).map(nearestToZero);
  const [first = 0, second = first, third = first] = nearest;
  return preprocessing.channels === 'bgr' && channels === 3 ? [third, second, first] : [first, second, third];
}

function nearestToZero(values: Float32Array): number {
  let best = 0;
  values.forEach((value, sample) => {
    if (Math.abs(value) < Math.abs(at(values, best))) best = sample;
  });
  return best;
}

function average(values: [number, number, number]): number {
  return (values[0] + values[1] + values[2]) / 3;
}
