/** Pictures as samples, of bytes or of many bands: how they become the model's input, inside the graph and, for methods that change pixels, outside of it. */

import { create } from '@bufbuild/protobuf';
import type { ModelInput } from './explanation.ts';
import { Builder } from './onnx/builder.ts';
import { ElementType } from './onnx/element-type.ts';
import type { OnnxModel } from './onnx/model-file.ts';
import { TypeProto_TensorSchema, TypeProtoSchema, ValueInfoProtoSchema } from './onnx/onnx_pb.ts';
import { shapeProto } from './onnx/sizes.ts';
import type { PixelScaling } from './options.ts';
import { UserError } from './user-error.ts';

/** The graph's input where pictures come as samples: uint8 `[N, height, width, 3]`, RGB; or float32 `[N, height, width, channels]`, see `isBanded`. */
export const pixelInput = 'gradline/pixels';

/** Whether a model takes bands, in their order, instead of colours: its pictures are floats of 0 to 255 and beyond, not bytes. */
export function isBanded({ channels }: Pick<ModelInput, 'channels'>): boolean {
  return channels !== 1 && channels !== 3;
}

/** Bytes of one picture in RGB. */
export function pictureLength({ height, width }: Pick<ModelInput, 'height' | 'width'>): number {
  return height * width * 3;
}

/** Samples of one picture as the graph takes them. */
export function sampleCount(input: Pick<ModelInput, 'height' | 'width' | 'channels'>): number {
  return isBanded(input) ? input.height * input.width * input.channels : pictureLength(input);
}

/** A mean or deviation for each of the model's channels. @throws UserError `wrong-preprocessing` where there are others than that */
function perChannel(values: readonly number[], name: 'mean' | 'std', channels: number): readonly number[] {
  const wanted = channels === 1 ? 3 : channels;
  const [first = 0] = values;
  if (values.length === wanted) return values;
  if (values.every((value) => value === first)) return new Array<number>(wanted).fill(first);
  const pictures = channels > 3 || channels === 2 ? ' Its pictures are .npy or TIFF files with as many bands.' : '';
  throw new UserError(
    'wrong-preprocessing',
    `The model's input has ${channels} channels, and the preprocessing has ${values.length} numbers for ${name}. Give ${wanted} with --${name}, or a single one for all.${pictures}`,
  );
}

interface ChannelScaling {
  /** Which of red, green and blue. */
  source: number;
  mean: number;
  std: number;
}

/** Each of the model's channels, in its order. A grey model reads the first of three equal samples. */
function channelScalings(scaling: PixelScaling, input: Pick<ModelInput, 'channels'>): ChannelScaling[] {
  const mean = perChannel(scaling.mean, 'mean', input.channels);
  const std = perChannel(scaling.std, 'std', input.channels);
  if (input.channels === 1) return [{ source: 0, mean: average(mean), std: average(std) }];
  const isReversed = !isBanded(input) && scaling.channels === 'bgr';
  return mean.map((value, c) => ({ source: isReversed ? mean.length - 1 - c : c, mean: value, std: std[c] ?? 1 }));
}

/**
 * The 256 values that an 8-bit sample can become in each of the model's channels, computed in float32 step by step as PyTorch does:
 * `(low + sample / 255 * (high - low) - mean) / std`.
 */
export function sampleValues(scaling: PixelScaling, input: Pick<ModelInput, 'channels'>): Float32Array[] {
  return channelScalings(scaling, input).map((channel) =>
    new Float32Array(256).map((_, sample) => scaledSample(sample, scaling.range, channel)),
  );
}

function scaledSample(sample: number, [low, high]: PixelScaling['range'], { mean, std }: ChannelScaling): number {
  const scaled = low === 0 && high === 255 ? sample : low + Math.fround(sample / 255) * (high - low);
  const centred = Math.fround(Math.fround(scaled) - Math.fround(mean));
  return centred / Math.fround(std);
}

/**
 * The same values outside of the graph.
 * @param pixels `[count, height, width, 3]`, RGB; or floats, `[count, height, width, channels]`
 * @returns `[count, ...]` in the model's layout
 */
export function scaledPixels(
  pixels: Uint8Array | Float32Array,
  scaling: PixelScaling,
  input: ModelInput,
): Float32Array {
  return pixels instanceof Uint8Array ? scaledBytes(pixels, scaling, input) : scaledBands(pixels, scaling, input);
}

function scaledBands(samples: Float32Array, scaling: PixelScaling, input: ModelInput): Float32Array {
  const bands = channelScalings(scaling, input);
  const { channels, layout } = input;
  const plane = input.height * input.width;
  const scaled = new Float32Array(samples.length);
  for (const [c, band] of bands.entries()) {
    for (let pixel = 0; pixel < samples.length / channels; pixel++) {
      const image = Math.floor(pixel / plane);
      const at = layout === 'NCHW' ? (image * channels + c) * plane + (pixel - image * plane) : pixel * channels + c;
      scaled[at] = scaledSample(samples[pixel * channels + c] ?? 0, scaling.range, band);
    }
  }
  return scaled;
}

function scaledBytes(pixels: Uint8Array, scaling: PixelScaling, input: ModelInput): Float32Array {
  const tables = sampleValues(scaling, input);
  const { channels, layout } = input;
  const plane = input.height * input.width;
  const scaled = new Float32Array((pixels.length / 3) * channels);
  for (const [c, { source }] of channelScalings(scaling, input).entries()) {
    const table = tables[c] ?? new Float32Array(256);
    const step = layout === 'NCHW' ? 1 : channels;
    for (let image = 0, from = source; from < pixels.length; image++) {
      let at = image * channels * plane + (layout === 'NCHW' ? c * plane : c);
      for (let pixel = 0; pixel < plane; pixel++, from += 3, at += step) scaled[at] = table[pixels[from] ?? 0] ?? 0;
    }
  }
  return scaled;
}

/**
 * Has an assembled model take samples: its float input becomes a tensor that is made of `pixelInput`, in the same steps of float32 as
 * `sampleValues`, on whatever device the model runs. Changes the model in place.
 */
export function takePixels(model: OnnxModel, input: ModelInput, batchSize: number, scaling: PixelScaling): void {
  const build = new Builder(undefined, `${pixelInput}/`);
  const channels = channelScalings(scaling, input);
  const shape = [batchSize, input.height, input.width, isBanded(input) ? input.channels : 3];
  const axis = input.layout === 'NCHW' ? 1 : 3;
  // Bytes are moved before they become floats: a quarter of the memory.
  const placed = input.layout === 'NCHW' ? build.transpose(pixelInput, [0, 3, 1, 2]) : pixelInput;
  const sources = channels.map(({ source }) => source);
  const isInOrder = sources.length === shape[3] && sources.every((source, c) => source === c);
  const ordered = isInOrder ? placed : build.op('Gather', [placed, build.ints(sources)], { axis });
  const perChannel = (values: number[]) =>
    build.floats(values, input.layout === 'NCHW' ? [values.length, 1, 1] : [values.length]);
  const [low, high] = scaling.range;
  let values = isBanded(input) ? ordered : build.op('Cast', [ordered], { to: ElementType.float32 });
  if (!(low === 0 && high === 255)) {
    values = build.op('Div', [values, build.scalar(255)]);
    if (high - low !== 1) values = build.op('Mul', [values, build.scalar(high - low)]);
    if (low !== 0) values = build.op('Add', [values, build.scalar(low)]);
  }
  if (channels.some(({ mean }) => mean !== 0)) {
    values = build.op('Sub', [values, perChannel(channels.map(({ mean }) => mean))]);
  }
  build.op('Div', [values, perChannel(channels.map(({ std }) => std))], {}, { output: input.name });

  const { graph } = model;
  const elemType = isBanded(input) ? ElementType.float32 : ElementType.uint8;
  const tensorType = create(TypeProto_TensorSchema, { elemType, shape: shapeProto(shape) });
  const samples = create(ValueInfoProtoSchema, { name: pixelInput, type: create(TypeProtoSchema, { tensorType }) });
  graph.input = graph.input.map((own) => (own.name === input.name ? samples : own));
  graph.node = [...build.nodes, ...graph.node];
  graph.initializer.push(...build.initializers);
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
