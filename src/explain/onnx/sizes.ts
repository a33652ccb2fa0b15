/** Finding the image input and writing fixed sizes into it, which makes every shape of the graph static. */

import { create } from '@bufbuild/protobuf';
import type { ModelInput } from '../explanation.ts';
import { UserError } from '../user-error.ts';
import { intAttribute, intsAttribute } from './attributes.ts';
import { Graph } from './graph.ts';
import type { OnnxModel } from './model-file.ts';
import { TensorShapeProto_DimensionSchema, TensorShapeProtoSchema, type ValueInfoProto } from './onnx_pb.ts';
import { type RowInput, rowInputShape } from './second-inputs.ts';

export interface RequestedSizes {
  batchSize: number;
  /** Used where the model leaves height and width free. */
  inputSize?: { height: number; width: number; from?: string };
}

export interface FixedSizes {
  batchSize: number;
  /** Whether the model left the batch free. */
  batchFree: boolean;
  /** Why it is not free, as the end of a sentence about the batch. */
  batchReason?: string | undefined;
  input: ModelInput;
  /** Inputs beside the picture. */
  rows: readonly RowInput[];
}

const defaultSide = 224;
const defaultChannels = 3;
const imageChannels = new Set([1, 3, 4]);

/**
 * Reads what sizes the model asks for and fills the free ones.
 * @param rows the inputs beside the picture
 * @throws UserError `no-image-input`, `wrong-input-size`
 */
export function chooseSizes(model: OnnxModel, requested: RequestedSizes, rows: readonly RowInput[] = []): FixedSizes {
  const input = imageInput(model);
  const dims = dimensions(input);
  const [batch, second, third, fourth] = dims;
  const free = second === undefined && fourth === undefined ? firstConvolution(model, input.name) : undefined;
  const first = imageChannels.has(second ?? 0) || !(imageChannels.has(fourth ?? 0) || isLastChannel(dims));
  const layout = first && free?.layout !== 'NHWC' ? 'NCHW' : 'NHWC';
  const [channels, height, width] = layout === 'NCHW' ? [second, third, fourth] : [fourth, second, third];
  const wanted = requested.inputSize;
  const check = (name: 'height' | 'width', fixed: number | undefined) => {
    if (fixed === undefined || wanted === undefined || wanted[name] === fixed) return;
    const { from } = wanted;
    throw new UserError(
      'wrong-input-size',
      `The model's input '${input.name}' has a fixed ${name} of ${fixed}, but ${
        from === undefined
          ? `${wanted[name]} was asked for. Leave --size out,`
          : `pictures are prepared with ${wanted[name]}, by ${from}. Give the recipe of this model, or --size ${height ?? wanted.height}x${width ?? wanted.width} where only its size is another one (with --resize for what it is cut from),`
      } or export the model with a free ${name}.`,
    );
  };
  check('height', height);
  check('width', width);
  const ofRows = rows.find(({ batchSize }) => batchSize !== undefined);
  if (batch !== undefined && ofRows?.batchSize !== undefined && ofRows.batchSize !== batch) {
    throw new UserError(
      'wrong-input-size',
      `The model takes batches of ${batch} pictures at '${input.name}', but of ${ofRows.batchSize} at '${ofRows.name}'. Export it with one free batch size for both.`,
    );
  }
  const fixed = batch ?? ofRows?.batchSize;
  return {
    rows,
    batchSize: fixed ?? requested.batchSize,
    batchFree: fixed === undefined,
    batchReason: fixed === undefined ? undefined : `the model's input '${input.name}' fixes it to ${fixed}`,
    input: {
      name: input.name,
      layout,
      channels: channels ?? free?.channels ?? defaultChannels,
      height: height ?? wanted?.height ?? defaultSide,
      width: width ?? wanted?.width ?? defaultSide,
    },
  };
}

/** Whether the last axis is that of bands, in another number than pictures usually have: the smallest, or the only one that is fixed. */
function isLastChannel([, second, third, fourth]: readonly (number | undefined)[]): boolean {
  if (fourth === undefined) return false;
  return second === undefined || third === undefined ? second === third : fourth < second && fourth < third;
}

/** Operators before the first convolution that keep the image's channels. */
const preparing = new Set(['Add', 'Cast', 'Clip', 'Div', 'Identity', 'Mul', 'Pad', 'Sub']);

/** What the first convolution says of an image whose channels the model leaves free. */
function firstConvolution(
  model: OnnxModel,
  input: string,
): { channels: number; layout: ModelInput['layout'] } | undefined {
  const graph = new Graph(model.graph);
  let tensor = input;
  let layout: ModelInput['layout'] = 'NCHW';
  for (;;) {
    const node = graph.consumers(tensor).find(({ opType }) => opType !== 'Shape');
    if (node?.opType === 'Conv') {
      const channels = graph.type(node.input[1] ?? '')?.shape[1];
      return channels === undefined ? undefined : { channels: channels * intAttribute(node, 'group', 1), layout };
    }
    const toFront = node?.opType === 'Transpose' && intsAttribute(node, 'perm')?.join() === '0,3,1,2';
    if (node === undefined || !(toFront || preparing.has(node.opType))) return undefined;
    if (toFront) layout = 'NHWC';
    tensor = node.output[0] ?? '';
  }
}

/** Shape of the image input with `n` images. */
export function inputShape(input: ModelInput, n: number): number[] {
  return input.layout === 'NCHW'
    ? [n, input.channels, input.height, input.width]
    : [n, input.height, input.width, input.channels];
}

/** Writes the sizes into the graph and drops every shape that was noted for other sizes. Changes the model in place. */
export function fixSizes(model: OnnxModel, sizes: FixedSizes): void {
  const { batchSize, input, rows } = sizes;
  const ofRows = rows.map((row) => [row.name, rowInputShape(row, batchSize)] as const);
  fixInputShapes(model, new Map([[imageInput(model).name, inputShape(input, batchSize)], ...ofRows]));
}

/** As `fixSizes`, for inputs of any kind: their whole shapes by name. */
export function fixInputShapes(model: OnnxModel, shapes: ReadonlyMap<string, number[]>): void {
  for (const { name, type } of model.graph.input) {
    const shape = shapes.get(name);
    if (shape !== undefined && type?.tensorType !== undefined) type.tensorType.shape = shapeProto(shape);
  }
  model.graph.valueInfo = [];
  for (const output of model.graph.output) {
    if (output.type?.tensorType !== undefined) delete output.type.tensorType.shape;
  }
}

export function shapeProto(shape: number[]) {
  return create(TensorShapeProtoSchema, {
    dim: shape.map((size) =>
      create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value: BigInt(size) } }),
    ),
  });
}

function imageInput(model: OnnxModel): ValueInfoProto {
  const [input] = model.graph.input;
  if (input === undefined) throw new UserError('no-image-input', 'The model has no input.');
  // A file may leave the shape out altogether: all of it is free then.
  if (input.type?.tensorType !== undefined && input.type.tensorType.shape === undefined) return input;
  if (dimensions(input).length !== 4) {
    throw new UserError(
      'no-image-input',
      `The model's input '${input.name}' has ${dimensions(input).length} axes; an image batch has 4 (N, C, H, W or N, H, W, C).`,
    );
  }
  return input;
}

/** Fixed sizes as numbers, free ones as undefined. */
export function dimensions(value: ValueInfoProto): (number | undefined)[] {
  return (value.type?.tensorType?.shape?.dim ?? []).map((d) => {
    const size = d.value.case === 'dimValue' ? Number(d.value.value) : 0;
    return size > 0 ? size : undefined;
  });
}
