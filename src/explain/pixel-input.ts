/** Pictures as bytes: how samples become the model's input, inside the graph and, for methods that change pixels, outside of it. */

import { create } from '@bufbuild/protobuf';
import type { ModelInput } from './explanation.ts';
import { Builder } from './onnx/builder.ts';
import { ElementType } from './onnx/element-type.ts';
import type { OnnxModel } from './onnx/model-file.ts';
import { TypeProto_TensorSchema, TypeProtoSchema, ValueInfoProtoSchema } from './onnx/onnx_pb.ts';
import { shapeProto } from './onnx/sizes.ts';
import type { PixelScaling } from './options.ts';
import { UserError } from './user-error.ts';

/** The graph's input where pictures come as bytes: uint8 `[N, height, width, 3]`, RGB. */
export const pixelInput = 'gradline/pixels';

/** Bytes of one picture. */
export function pictureLength({ height, width }: Pick<ModelInput, 'height' | 'width'>): number {
  return height * width * 3;
}

/** @throws UserError `unsupported-input` for a model that takes neither RGB nor grey */
export function checkPixelInput({ name, channels }: ModelInput): void {
  if (channels === 1 || channels === 3) return;
  throw new UserError(
    'unsupported-input',
    `The model's input '${name}' has ${channels} channels. Photos have 3, or 1 when they are grey.`,
  );
}

interface ChannelScaling {
  /** Which of red, green and blue. */
  source: number;
  mean: number;
  std: number;
}

/** Each of the model's channels, in its order. A grey model reads the first of three equal samples. */
function channelScalings({ mean, std, channels }: PixelScaling, input: Pick<ModelInput, 'channels'>): ChannelScaling[] {
  if (input.channels === 1) return [{ source: 0, mean: average(mean), std: average(std) }];
  const order = channels === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  return order.map((source, c) => ({ source, mean: mean[c] ?? 0, std: std[c] ?? 1 }));
}

/**
 * The 256 values that an 8-bit sample can become in each of the model's channels, computed in float32 step by step as PyTorch does:
 * `(low + sample / 255 * (high - low) - mean) / std`.
 */
export function sampleValues(scaling: PixelScaling, input: Pick<ModelInput, 'channels'>): Float32Array[] {
  const [low, high] = scaling.range;
  return channelScalings(scaling, input).map(({ mean, std }) =>
    new Float32Array(256).map((_, sample) => {
      const scaled = low === 0 && high === 255 ? sample : low + Math.fround(sample / 255) * (high - low);
      const centred = Math.fround(Math.fround(scaled) - Math.fround(mean));
      return centred / Math.fround(std);
    }),
  );
}

/**
 * The same values outside of the graph.
 * @param pixels `[count, height, width, 3]`, RGB
 * @returns `[count, ...]` in the model's layout
 */
export function scaledPixels(pixels: Uint8Array, scaling: PixelScaling, input: ModelInput): Float32Array {
  const tables = sampleValues(scaling, input);
  const { channels, layout } = input;
  const plane = input.height * input.width;
  const scaled = new Float32Array((pixels.length / 3) * channels);
  for (const [c, { source }] of channelScalings(scaling, input).entries()) {
    const table = tables[c] ?? new Float32Array(256);
    for (let from = source, pixel = 0; from < pixels.length; from += 3, pixel++) {
      const image = Math.floor(pixel / plane);
      const at = layout === 'NCHW' ? (image * channels + c) * plane + (pixel - image * plane) : pixel * channels + c;
      scaled[at] = table[pixels[from] ?? 0] ?? 0;
    }
  }
  return scaled;
}

/**
 * Has an assembled model take bytes: its float input becomes a tensor that is made of `pixelInput`, in the same steps of float32 as
 * `sampleValues`, on whatever device the model runs. Changes the model in place.
 */
export function takePixels(model: OnnxModel, input: ModelInput, batchSize: number, scaling: PixelScaling): void {
  const build = new Builder(undefined, `${pixelInput}/`);
  const channels = channelScalings(scaling, input);
  const shape = [batchSize, input.height, input.width, 3];
  const axis = input.layout === 'NCHW' ? 1 : 3;
  // Bytes are moved before they become floats: a quarter of the memory.
  const placed = input.layout === 'NCHW' ? build.transpose(pixelInput, [0, 3, 1, 2]) : pixelInput;
  const sources = channels.map(({ source }) => source);
  const ordered = sources.join() === '0,1,2' ? placed : build.op('Gather', [placed, build.ints(sources)], { axis });
  const perChannel = (values: number[]) =>
    build.floats(values, input.layout === 'NCHW' ? [values.length, 1, 1] : [values.length]);
  const [low, high] = scaling.range;
  let values = build.op('Cast', [ordered], { to: ElementType.float32 });
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
  const tensorType = create(TypeProto_TensorSchema, { elemType: ElementType.uint8, shape: shapeProto(shape) });
  const bytes = create(ValueInfoProtoSchema, { name: pixelInput, type: create(TypeProtoSchema, { tensorType }) });
  graph.input = graph.input.map((own) => (own.name === input.name ? bytes : own));
  graph.node = [...build.nodes, ...graph.node];
  graph.initializer.push(...build.initializers);
}

function average([a, b, c]: readonly [number, number, number]): number {
  return (a + b + c) / 3;
}
