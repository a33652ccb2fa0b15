/**
 * The filters of tensor libraries, in float32 and rounded once at the end: bilinear and bicubic that are not widened where a picture gets
 * smaller, and the mean over the area that an output covers.
 */

import { at } from '../../../explain/at.ts';
import { freshKernels } from '../../../shared/picture/kernels/kernels.ts';
import type { Raster, Rectangle, Size } from '../../../shared/picture/raster.ts';
import { cubic } from './filters.ts';
import { type Span, spanOf } from './span.ts';

/** Which source samples make each output sample of an axis, and with what weight. Output `i` uses `weights[i * taps ...]`. */
interface Axis {
  first: Int32Array;
  count: Int32Array;
  weights: Float32Array;
  taps: number;
}

/**
 * `bilinear` is tf.image.resize, OpenCV's INTER_LINEAR and PyTorch's interpolate (half-pixel centres); `bicubic` OpenCV's INTER_CUBIC and
 * PyTorch's, whose cubic has a slope of -0.75; `area` OpenCV's INTER_AREA. Sums are rounded half to even. OpenCV itself computes with 11
 * bits, and may be a level off.
 */
export function resampleFloat(
  image: Raster,
  box: Rectangle,
  size: Size,
  window: Rectangle,
  filter: 'bilinear' | 'bicubic' | 'area',
): Raster {
  const { channels } = image;
  const axisOf = axisMaker(filter, box, size);
  const [columnSpan, rowSpan] = [spanOf(box.left, box.width, image.width), spanOf(box.top, box.height, image.height)];
  const across = axisOf(columnSpan, size.width, window.left, window.width);
  const down = axisOf(rowSpan, size.height, window.top, window.height);
  const length = columnSpan.samples * channels;
  const line = window.width * channels;
  const pixels = new Uint8Array(window.height * line);
  // OpenCV rounds quarters of four samples half up.
  const isHalving = box.width === 2 * size.width && box.height === 2 * size.height;
  const bias = filter === 'area' && isHalving ? 1 / 8 : 0;
  const kernels = freshKernels();
  const source = kernels.place(down.taps * length);
  const sums = kernels.place(line * Float32Array.BYTES_PER_ELEMENT);
  const target = kernels.place(line);
  const columns = {
    first: kernels.put(across.first),
    count: kernels.put(across.count),
    weights: kernels.put(across.weights),
  };
  const rowWeights = kernels.put(down.weights);
  const memory = kernels.memory();
  for (let y = 0; y < window.height; y++) {
    const count = at(down.count, y);
    for (let k = 0; k < count; k++) {
      const from = ((rowSpan.first + at(down.first, y) + k) * image.width + columnSpan.first) * channels;
      memory.set(image.pixels.subarray(from, from + length), source + k * length);
    }
    kernels.functions.weighRow(
      source,
      length,
      count,
      rowWeights + y * down.taps * Float32Array.BYTES_PER_ELEMENT,
      channels,
      columns.first,
      columns.count,
      columns.weights,
      across.taps,
      window.width,
      bias,
      sums,
      target,
    );
    pixels.set(memory.subarray(target, target + line), y * line);
  }
  return { pixels, width: window.width, height: window.height, channels };
}

type AxisMaker = (source: Span, length: number, from: number, outputs: number) => Axis;

export function axisMaker(filter: 'bilinear' | 'bicubic' | 'area', box: Size, size: Size): AxisMaker {
  if (filter === 'bicubic') return axisWith(4, cubicPoint);
  if (filter === 'bilinear') return axisWith(2, linearPoint);
  // OpenCV takes the area only where neither side grows.
  if (box.width >= size.width && box.height >= size.height) return areaAxis;
  return axisWith(2, enlargedAreaPoint);
}

/** The weights of an output, for source samples from `first` on, which may lie outside. */
interface Point {
  first: number;
  weights: number[];
}

/** Samples outside are those at the border. */
function axisWith(taps: number, point: (i: number, scale: number, start: number) => Point): AxisMaker {
  return (source, length, from, outputs) => {
    const axis = emptyAxis(outputs, taps);
    const last = source.samples - 1;
    for (let i = 0; i < outputs; i++) {
      const { first, weights } = point(from + i, 1 / (length / source.length), source.start);
      const begin = Math.min(Math.max(first, 0), last);
      const end = Math.min(Math.max(first + weights.length - 1, 0), last);
      axis.first[i] = begin;
      axis.count[i] = end - begin + 1;
      weights.forEach((weight, k) => {
        const place = i * taps + Math.min(Math.max(first + k, 0), last) - begin;
        axis.weights[place] = at(axis.weights, place) + weight;
      });
    }
    return axis;
  };
}

function linearPoint(i: number, scale: number, start: number): Point {
  const middle = Math.max((i + 0.5) * scale - 0.5 + start, 0);
  const first = Math.floor(middle);
  return { first, weights: [1 - (middle - first), middle - first] };
}

function cubicPoint(i: number, scale: number, start: number): Point {
  const middle = (i + 0.5) * scale - 0.5 + start;
  const first = Math.floor(middle) - 1;
  return { first, weights: [0, 1, 2, 3].map((k) => cubic(Math.abs(middle - first - k), -0.75)) };
}

/** OpenCV's INTER_AREA where a side grows: a sample covers whole outputs, and only the one that it ends in is mixed. */
function enlargedAreaPoint(i: number, scale: number, start: number): Point {
  const first = Math.floor(i * scale + start);
  const beyond = i + 1 - (first + 1 - start) / scale;
  const share = beyond <= 0 ? 0 : beyond - Math.floor(beyond);
  return { first, weights: [1 - share, share] };
}

/** The mean over what an output covers, with slivers below a thousandth of a sample left out as in OpenCV (computeResizeAreaTab). */
function areaAxis(source: Span, length: number, from: number, outputs: number): Axis {
  const scale = source.length / length;
  const axis = emptyAxis(outputs, Math.ceil(scale) + 1);
  const sliver = 1e-3;
  for (let i = 0; i < outputs; i++) {
    const start = source.start + (from + i) * scale;
    const end = start + scale;
    const begin = Math.max(start, 0);
    const width = Math.min(scale, source.samples - start) - (begin - start);
    const lastWhole = Math.min(Math.floor(end), source.samples - 1);
    const firstWhole = Math.min(Math.ceil(begin), lastWhole);
    const hasBefore = firstWhole - begin > sliver;
    const first = hasBefore ? firstWhole - 1 : firstWhole;
    let k = i * axis.taps;
    if (hasBefore) axis.weights[k++] = (firstWhole - begin) / width;
    for (let s = firstWhole; s < lastWhole; s++) axis.weights[k++] = 1 / width;
    if (end - lastWhole > sliver) axis.weights[k++] = Math.min(Math.min(end - lastWhole, 1), width) / width;
    axis.first[i] = first;
    axis.count[i] = k - i * axis.taps;
  }
  return axis;
}

function emptyAxis(outputs: number, taps: number): Axis {
  return {
    first: new Int32Array(outputs),
    count: new Int32Array(outputs),
    weights: new Float32Array(outputs * taps),
    taps,
  };
}
