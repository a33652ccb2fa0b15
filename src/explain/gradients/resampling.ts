/** Resize: a linear map along each axis, built here as the operator reference defines it. */

import { at } from '../at.ts';
import { applyTransposed, type LinearMap } from './along-axis.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

/** One resized axis. */
interface Axis {
  input: number;
  output: number;
  /** Output cells per input cell, as the node gives it or as the sizes make it. */
  scale: number;
  /** First and last of the region of interest, as shares of the axis; only for tf_crop_and_resize. */
  region: [number, number];
}

const resize: Rule = (n) => [
  () => {
    const axes = resizedAxes(n);
    let gradient = n.g;
    const shape = n.outputShape();
    for (const [i, axis] of axes) {
      gradient = applyTransposed(n, gradient, shape, i, axisMap(n, axis), axis.input);
      shape[i] = axis.input;
    }
    return gradient;
  },
];

/** By position; axes that stay as they are are left out. */
function resizedAxes(n: ReverseNode): Map<number, Axis> {
  const scales = n.x(2) === '' ? [] : (n.constant(2) ?? []);
  const crops = n.string('coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
  const region = crops ? n.constant(1) : undefined;
  const named = (n.ints('axes') ?? n.shape().map((_, i) => i)).map((axis) => n.axis(axis));
  const axes = new Map<number, Axis>();
  named.forEach((i, position) => {
    const [input, output] = [at(n.shape(), i), at(n.outputShape(), i)];
    const scale = scales[position] ?? Math.fround(output / input);
    const [start, end] = [region?.[position] ?? 0, region?.[named.length + position] ?? 1];
    if (input !== output || scale !== 1 || start !== 0 || end !== 1) {
      axes.set(i, { input, output, scale, region: [start, end] });
    }
  });
  return sharedScale(n, axes);
}

/** Under a policy that keeps the aspect ratio the smallest or largest ratio of sizes scales all axes. */
function sharedScale(n: ReverseNode, axes: Map<number, Axis>): Map<number, Axis> {
  const policy = n.string('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch' || n.x(3) === '') return axes;
  const sizes = n.constant(3) ?? [];
  const named = (n.ints('axes') ?? n.shape().map((_, i) => i)).map((axis) => n.axis(axis));
  const ratios = named.map((i, position) => at(sizes, position) / at(n.shape(), i));
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return new Map([...axes].map(([i, axis]) => [i, { ...axis, scale }]));
}

/** Which input cells each output cell reads. */
function axisMap(n: ReverseNode, axis: Axis): LinearMap {
  const mode = n.string('mode', 'nearest');
  return Array.from({ length: axis.output }, (_, cell) => {
    const place = inputCoordinate(n, axis, cell);
    if (place === undefined) return [];
    if (mode === 'nearest') {
      return [{ cell: clamp(nearest(n.string('nearest_mode', 'round_prefer_floor'), place), axis), weight: 1 }];
    }
    return interpolated(n, mode, axis, place);
  });
}

/**
 * Where an output cell lies among the input's; undefined outside of a cropped region. In float32 step by step, as the
 * runtime computes it: the nearest cell depends on the last bit.
 */
function inputCoordinate(n: ReverseNode, { input, output, scale, region }: Axis, cell: number): number | undefined {
  const f = Math.fround;
  const [start, end] = region;
  const fromCentres = f(f(f(cell + 0.5) / f(scale)) - 0.5);
  switch (n.string('coordinate_transformation_mode', 'half_pixel')) {
    case 'asymmetric':
      return f(cell / f(scale));
    case 'align_corners':
      return output === 1 ? 0 : f((cell * (input - 1)) / (output - 1));
    case 'pytorch_half_pixel':
      return output > 1 ? fromCentres : 0;
    case 'half_pixel_symmetric':
      // The grid is centred on the input's although the output's length was rounded.
      return f((input / 2) * (1 - output / (scale * input)) + fromCentres);
    case 'tf_crop_and_resize': {
      const place =
        output > 1
          ? start * (input - 1) + (cell * (end - start) * (input - 1)) / (output - 1)
          : 0.5 * (start + end) * (input - 1);
      return place < 0 || place > input - 1 ? undefined : place;
    }
    default:
      return fromCentres;
  }
}

function nearest(rounding: string, place: number): number {
  switch (rounding) {
    case 'floor':
      return Math.floor(place);
    case 'ceil':
      return Math.ceil(place);
    case 'round_prefer_ceil':
      return Math.floor(place + 0.5);
    default:
      return Math.ceil(place - 0.5);
  }
}

/** Weights of the cells around `place`; a filter that is stretched when shrinking with antialias. */
function interpolated(n: ReverseNode, mode: string, axis: Axis, place: number): LinearMap[number] {
  const cubic = mode === 'cubic';
  const a = n.float('cubic_coeff_a', -0.75);
  const stretch = n.int('antialias', 0) === 1 ? Math.max(1, 1 / axis.scale) : 1;
  const support = (cubic ? 2 : 1) * stretch;
  const excludes = n.int('exclude_outside', 0) === 1;
  const taps: LinearMap[number] = [];
  for (let cell = Math.ceil(place - support); cell <= Math.floor(place + support); cell++) {
    const outside = cell < 0 || cell >= axis.input;
    const distance = Math.abs(cell - place) / stretch;
    const weight = cubic ? cubicWeight(distance, a) : Math.max(0, 1 - distance);
    if (weight !== 0 && !(outside && excludes)) taps.push({ cell: clamp(cell, axis), weight });
  }
  const total = taps.reduce((sum, tap) => sum + tap.weight, 0);
  return taps.map((tap) => ({ ...tap, weight: tap.weight / total }));
}

/** Keys' cubic convolution kernel (1981). */
function cubicWeight(distance: number, a: number): number {
  const d = distance;
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

function clamp(cell: number, { input }: Axis): number {
  return Math.min(Math.max(cell, 0), input - 1);
}

export const resampling: Record<string, Rule> = { Resize: resize };
