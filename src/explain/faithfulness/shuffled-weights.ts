/** A network that has forgotten what it learned: its weights in another order, layer by layer. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { tensorAttribute } from '../onnx/attributes.ts';
import { ElementType } from '../onnx/element-type.ts';
import { Graph } from '../onnx/graph.ts';
import type { OnnxModel } from '../onnx/model-file.ts';
import type { NodeProto, TensorProto } from '../onnx/onnx_pb.ts';
import { externalLocation } from '../onnx/tensor-data.ts';
import { uniformNumbers } from '../random-numbers.ts';

/** Which layers forget: the one that the class scores come from, or all. */
export const forgetfulLayers = ['lastLayer', 'allLayers'] as const;
export type ForgetfulLayers = (typeof forgetfulLayers)[number];

/** Operators with a matrix or kernel of weights: these make a layer. */
const layerOperators = new Set(['Conv', 'ConvTranspose', 'FusedConv', 'Gemm', 'MatMul', 'FusedMatMul', 'Attention']);
/** Operators whose other constants are learned too. */
const learnedConstants = new Set([
  'Add',
  'Mul',
  'PRelu',
  'DequantizeLinear',
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LayerNormalization',
  'RMSNormalization',
  'SkipLayerNormalization',
]);

/**
 * Shuffles the weights, each tensor within itself, in place: as if each layer were drawn anew from its own distribution (the
 * parameter randomisation of Adebayo et al. 2018, at the two ends of its cascade). The same model gives the same weights.
 * @param folder where the model's external weights lie; those that are shuffled become part of the model
 */
export function shuffleWeights(model: OnnxModel, layers: ForgetfulLayers, folder: string): void {
  const graph = new Graph(model.graph);
  const last = graph.nodes.findLast((node) => isLayer(node, graph));
  const nodes = layers === 'allLayers' ? graph.nodes : last === undefined ? [] : [last];
  const seen = new Set<TensorProto>();
  for (const node of nodes) {
    if (!layerOperators.has(node.opType) && !learnedConstants.has(node.opType)) continue;
    for (const input of node.input) {
      const tensor = constantTensor(input, model, graph);
      if (tensor === undefined || seen.has(tensor)) continue;
      seen.add(tensor);
      shuffle(tensor, seen.size, folder);
    }
  }
}

function isLayer(node: NodeProto, graph: Graph): boolean {
  return layerOperators.has(node.opType) && node.input.some((input) => (shapeOf(input, graph)?.length ?? 0) > 1);
}

/** Of a constant, or of one that is made of stored whole numbers on the way. */
function shapeOf(tensor: string, graph: Graph): readonly number[] | undefined {
  const maker = graph.producer(tensor);
  if (maker?.opType === 'DequantizeLinear') return shapeOf(maker.input[0] ?? '', graph);
  if (maker?.opType === 'Constant') return tensorAttribute(maker, 'value')?.dims.map(Number);
  return graph.isInitializer(tensor) ? graph.type(tensor)?.shape : undefined;
}

function constantTensor(name: string, model: OnnxModel, graph: Graph): TensorProto | undefined {
  const maker = graph.producer(name);
  if (maker?.opType === 'DequantizeLinear') return constantTensor(maker.input[0] ?? '', model, graph);
  if (maker?.opType === 'Constant') return tensorAttribute(maker, 'value');
  return model.graph.initializer.find((tensor) => tensor.name === name);
}

/** Fisher and Yates' shuffle of the elements, wherever the tensor keeps them. */
function shuffle(tensor: TensorProto, seed: number, folder: string): void {
  const count = tensor.dims.reduce((product, size) => product * Number(size), 1);
  // Whole numbers of that width are shapes and places, not weights.
  if (count < 2 || tensor.dataType === ElementType.int64) return;
  if (tensor.dataLocation === externalLocation) bringInside(tensor, folder);
  const random = uniformNumbers(seed);
  const raw = tensor.rawData;
  if (raw.length === 0) {
    for (const values of [tensor.floatData, tensor.int32Data, tensor.doubleData]) permute(values, random);
    return;
  }
  // A copy starts at a place that its width divides.
  const bytes = new Uint8Array(raw);
  const width = bytes.length / count;
  if (width === 1) permute(bytes, random);
  else if (width === 2) permute(new Uint16Array(bytes.buffer), random);
  else if (width === 4) permute(new Uint32Array(bytes.buffer), random);
  else if (width === 8) permute(new Float64Array(bytes.buffer), random);
  tensor.rawData = bytes;
}

interface Permutable {
  length: number;
  [index: number]: number;
}

function permute(values: Permutable, random: () => number): void {
  for (let i = values.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    const [a = 0, b = 0] = [values[i], values[other]];
    values[i] = b;
    values[other] = a;
  }
}

function bringInside(tensor: TensorProto, folder: string): void {
  const entry = (key: string) => tensor.externalData.find((each) => each.key === key)?.value;
  const file = readFileSync(path.resolve(folder, entry('location') ?? ''));
  const offset = Number(entry('offset') ?? 0);
  const length = Number(entry('length') ?? file.length - offset);
  tensor.rawData = new Uint8Array(file.subarray(offset, offset + length));
  tensor.dataLocation = 0;
  tensor.externalData = [];
}
