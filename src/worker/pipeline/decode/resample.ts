import { at } from '../../../explain/at.ts';
import { freshKernels, type Kernels } from '../../../shared/picture/kernels/kernels.ts';
import type { Raster, Rectangle, Size } from '../../../shared/picture/raster.ts';
import type { Interpolation } from '../../../shared/run/configuration.ts';
import { type Filter, filters } from './filters.ts';
import { nearest } from './nearest.ts';
import { resampleFloat } from './resample-float.ts';
import { type Span, spanOf } from './span.ts';

/** The one of weights, which have 22 bits after the point: 8-bit samples, 2 bits of headroom, the rest of an int32. */
const one = 2 ** 22;

/** Rows that the kernel narrows at once, and samples that kernels work on at once. */
const together = 16;

/** About as many bytes of narrowed rows are kept at once, and as many of what is narrowed at once. Both are more than most photos need. */
const rowsBytes = 4 * 2 ** 20;
const columnsBytes = 2 ** 20;

/** Which source samples make each output sample of an axis, and with what weight. Output `i` uses `weights[i * taps ...]`. */
interface Axis {
  /** Source samples for each output, 1 at least. */
  scale: number;
  first: Int32Array;
  count: Int32Array;
  weights: Int32Array;
  taps: number;
}

/** Outputs of an axis from `from` on, all of which are made of `length` source samples from `start` on. */
interface AxisPart {
  from: number;
  outputs: number;
  start: number;
  length: number;
}

/** How samples of a resized picture are made of those around them. */
export interface Resampling {
  filter: Interpolation;
  /** False for `bilinear` and `bicubic` that stay as narrow as for enlarging, as tensor libraries have them. */
  antialias: boolean;
  /** Pillow 13's order: columns before rows where the height shrinks by over twice as many pixels as the width. */
  columnsFirst: boolean;
}

const bilinear: Resampling = { filter: 'bilinear', antialias: true, columnsFirst: false };

/**
 * Resizes the part `box` of an image to `size` and returns the part `window` of the result. Only the box may have fractions (`Span`).
 *
 * Except for `area` and without antialiasing, the same numbers as Pillow's `crop(box).resize(size, filter).crop(window)`, bit for bit, or of
 * `crop(touched).resize(size, filter, box)` where the box has fractions:
 * filters as wide as the reduction (so they are antialiased), 8 bits between the passes, 22-bit fixed point weights, rows first as before
 * Pillow 13 or in that one's order (Pillow, src/libImaging/Resample.c).
 * sharp's own `linear` kernel differs by up to 13 levels on average where it enlarges. Only pixels that the window needs are computed.
 * @param target memory that the result may be written to, if it has its length; the result says where it is
 */
export function resample(
  image: Raster,
  box: Rectangle,
  size: Size,
  window: Rectangle,
  { filter, antialias, columnsFirst }: Resampling = bilinear,
  target?: Uint8Array,
): Raster {
  if (filter === 'nearest') return nearest(image, box, size, window);
  if (filter === 'area') return resampleFloat(image, box, size, window, filter);
  if (!antialias && (filter === 'bilinear' || filter === 'bicubic')) {
    return resampleFloat(image, box, size, window, filter);
  }
  if (columnsFirst && box.height > size.height && box.height - size.height > (box.width - size.width) * 2) {
    // A pass along rows that changes no width changes no sample.
    const { first, samples, start } = spanOf(box.left, box.width, image.width);
    const touched = { left: first, top: box.top, width: samples, height: box.height };
    const tall = { left: 0, top: window.top, width: samples, height: window.height };
    const lower = weighed(image, touched, { width: samples, height: size.height }, tall, filters[filter]);
    const wide = { left: start, top: 0, width: box.width, height: window.height };
    const low = { width: size.width, height: window.height };
    return weighed(lower, wide, low, { ...window, top: 0 }, filters[filter], target);
  }
  return weighed(image, box, size, window, filters[filter], target);
}

/** In two passes, rows first. */
function weighed(
  image: Raster,
  box: Rectangle,
  size: Size,
  window: Rectangle,
  filter: Filter,
  given?: Uint8Array,
): Raster {
  const { channels } = image;
  const [columns, lines] = [spanOf(box.left, box.width, image.width), spanOf(box.top, box.height, image.height)];
  const across = contributions(columns, size.width, window.left, window.width, filter);
  const down = contributions(lines, size.height, window.top, window.height, filter);
  const line = window.width * channels;
  const stride = Math.ceil(line / together) * together;
  const length = window.height * line;
  const pixels = given?.length === length ? given : new Uint8Array(length);
  for (const rows of partsOf(down, rowsBytes / stride, 1)) {
    const kernels = freshKernels();
    const corner = { left: columns.first, top: lines.first + rows.start };
    const narrowed = narrow(kernels, image, corner, across, rows, stride);
    const target = kernels.place(rows.outputs * line);
    const { first, count, weights } = putAxis(kernels, down, rows);
    kernels.functions.shorten(narrowed, stride, line, first, count, weights, down.taps, rows.outputs, target);
    pixels.set(kernels.bytes(target, rows.outputs * line), rows.from * line);
  }
  return { pixels, width: window.width, height: window.height, channels };
}

/**
 * The pass along rows, for the source rows of `rows`.
 * @param corner of the first sample that is read
 * @returns the address of as many narrowed rows, `stride` bytes apart
 */
function narrow(
  kernels: Kernels,
  { pixels, width, channels }: Raster,
  corner: { left: number; top: number },
  across: Axis,
  rows: AxisPart,
  stride: number,
): number {
  const narrowed = kernels.place(Math.ceil(rows.length / together) * together * stride);
  const parts = partsOf(across, columnsBytes / together / channels, together);
  const widest = Math.max(...parts.map(({ length }) => length)) * channels;
  const source = kernels.place(together * widest);
  const turned = kernels.place(together * (widest + together));
  const turnedResult = kernels.place(together * stride);
  const axes = parts.map((columns) => ({ columns, ...putAxis(kernels, across, columns) }));
  const memory = kernels.memory();
  for (let row = 0; row < rows.length; row += together) {
    const group = Math.min(together, rows.length - row);
    for (const { columns, first, count, weights } of axes) {
      const length = columns.length * channels;
      let from = ((corner.top + row) * width + corner.left + columns.start) * channels;
      for (let i = 0; i < group; i++, from += width * channels) {
        memory.set(pixels.subarray(from, from + length), source + i * length);
      }
      const to = narrowed + row * stride + columns.from * channels;
      kernels.functions.narrow(
        source,
        length,
        channels,
        first,
        count,
        weights,
        across.taps,
        columns.outputs,
        turned,
        turnedResult,
        to,
        stride,
      );
    }
  }
  return narrowed;
}

/**
 * All outputs of an axis in parts.
 * @param samples about as many source samples make a part
 * @param step every part but the last has a multiple of so many outputs
 */
function partsOf({ scale, first, count }: Axis, samples: number, step: number): AxisPart[] {
  const most = Math.max(Math.floor(samples / scale / step), 1) * step;
  const parts: AxisPart[] = [];
  for (let from = 0; from < first.length; from += most) {
    const outputs = Math.min(most, first.length - from);
    const last = from + outputs - 1;
    const start = at(first, from);
    parts.push({ from, outputs, start, length: at(first, last) + at(count, last) - start });
  }
  return parts;
}

/** A part of an axis in the kernels' memory, its source samples counted from the part's first. @returns addresses */
function putAxis(kernels: Kernels, axis: Axis, { from, outputs, start }: AxisPart) {
  const to = from + outputs;
  const firsts = axis.first.slice(from, to);
  for (let i = 0; i < outputs; i++) firsts[i] = (firsts[i] ?? 0) - start;
  return {
    first: kernels.put(firsts),
    count: kernels.put(axis.count.subarray(from, to)),
    weights: kernels.put(axis.weights.subarray(from * axis.taps, to * axis.taps)),
  };
}

/** In fixed point. */
function contributions(...axis: Parameters<typeof pillowWeights>): Axis {
  const { weights: shares, ...others } = pillowWeights(...axis);
  const weights = new Int32Array(shares.length);
  for (let i = 0; i < shares.length; i++) {
    const share = shares[i] ?? 0;
    weights[i] = Math.trunc((share < 0 ? -0.5 : 0.5) + share * one);
  }
  return { ...others, weights };
}

/** Weights for the outputs `from` to `from + outputs - 1` of an axis that goes from the source to `length` samples. */
export function pillowWeights(
  source: Span,
  length: number,
  from: number,
  outputs: number,
  filter: Filter,
): Omit<Axis, 'weights'> & { weights: Float64Array } {
  const scale = source.length / length;
  const widening = Math.max(scale, 1);
  const support = filter.support * widening;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputs);
  const count = new Int32Array(outputs);
  const weights = new Float64Array(outputs * taps);
  const exact = new Float64Array(taps);
  for (let i = 0; i < outputs; i++) {
    const centre = source.start + (from + i + 0.5) * scale;
    const begin = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), source.samples);
    let total = 0;
    for (let j = 0; j < end - begin; j++) {
      const weight = filter.weight((j + begin - centre + 0.5) * (1 / widening));
      exact[j] = weight;
      total += weight;
    }
    first[i] = begin;
    count[i] = end - begin;
    for (let j = 0; j < end - begin; j++) weights[i * taps + j] = (exact[j] ?? 0) / total;
  }
  return { scale: widening, first, count, weights, taps };
}
