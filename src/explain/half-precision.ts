/** Has an assembled model compute in float16 where that is safe, and in float32 everywhere else. */

import { create } from '@bufbuild/protobuf';
import { makeAttribute } from './onnx/attributes.ts';
import { namePrefix } from './onnx/builder.ts';
import { ElementType } from './onnx/element-type.ts';
import { Graph } from './onnx/graph.ts';
import type { OnnxModel } from './onnx/model-file.ts';
import { type NodeProto, NodeProtoSchema } from './onnx/onnx_pb.ts';
import { inferTypes } from './onnx/simplify.ts';

/**
 * What the sweep's seed is multiplied by in float16, whose numbers end at 6e-8, and its gradients divided by in float32. Gradients of a class
 * score are mostly below 1e-2; those of 100 still fit. A power of two rounds nothing.
 */
export const halfGradientScale = 2 ** 8;

/** Products: what half precision is for. ONNX Runtime's CUDA provider adds them up in float32. */
const products = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/**
 * Operators that run in half where what they read already does: they move values, or compute each from few. Not among them are sums over
 * an axis, means, softmax and normalisation, and functions whose results leave float16's range.
 */
const followers = new Set([
  ...[
    'Add',
    'And',
    'Clip',
    'Erf',
    'Greater',
    'LeakyRelu',
    'Less',
    'MaxPool',
    'Mul',
    'Neg',
    'Relu',
    'Sigmoid',
    'Sign',
    'Sub',
    'Tanh',
    'Where',
  ],
  ...[
    'Concat',
    'DepthToSpace',
    'Expand',
    'Flatten',
    'Gather',
    'Identity',
    'Pad',
    'Reshape',
    'Slice',
    'SpaceToDepth',
    'Split',
    'Squeeze',
  ],
  ...['Sum', 'Tile', 'Transpose', 'Unsqueeze'],
]);

/** The normal range of float16. A constant outside of it is a limit or a guard, and its node stays in float32. */
const [smallest, largest] = [2 ** -14, 65504];

/**
 * Changes the model in place. Tensors keep their names in float32, which casts make where something reads them in it: outputs,
 * and nodes that were not chosen. Weights are cast by nodes, which constant folding then removes.
 * @param chosen nodes that may run in half: the network and the sweep, not scores, seeds and maps
 * @param folder where the model's external weights lie
 */
export async function halve(model: OnnxModel, chosen: ReadonlySet<NodeProto>, folder: string): Promise<void> {
  const { graph } = model;
  const types = new Graph(graph, await inferTypes(model, folder));
  const isFloat32 = (tensor: string) => types.type(tensor)?.elementType === ElementType.float32;
  const made: NodeProto[] = [];
  /** Tensors of nodes that run in half; those with a float32 form; those with a float16 form. */
  const [halved, whole, half] = [new Set<string>(), new Set<string>(), new Set<string>()];

  const cast = (from: string, to: string, elementType: number) => made.push(castNode(from, to, elementType));
  const needWhole = (tensor: string) => {
    if (!halved.has(tensor) || whole.has(tensor)) return;
    cast(halfName(tensor), tensor, ElementType.float32);
    whole.add(tensor);
  };
  const asHalf = (tensor: string): string => {
    if (!isFloat32(tensor)) return tensor;
    if (!half.has(tensor)) cast(tensor, halfName(tensor), ElementType.float16);
    half.add(tensor);
    return halfName(tensor);
  };
  const runsInHalf = (node: NodeProto): boolean => {
    if (!chosen.has(node) || node.domain !== '') return false;
    if (products.has(node.opType)) return true;
    return (
      followers.has(node.opType) &&
      node.input.some((input) => halved.has(input)) &&
      node.input.every((input) => !isFloat32(input) || fitsHalf(types, input))
    );
  };

  for (const node of graph.node) {
    if (runsInHalf(node)) {
      node.input = node.input.map(asHalf);
      for (const output of node.output.filter(isFloat32)) {
        halved.add(output);
        half.add(output);
      }
      node.output = node.output.map((output) => (halved.has(output) ? halfName(output) : output));
    } else {
      for (const input of types.reads(node)) needWhole(input);
    }
    made.push(node);
  }
  for (const { name } of graph.output) needWhole(name);
  graph.node = made;
}

/**
 * Has a halved model compute each operator in float32 between roundings to float16, in place: what it gives where there are no operators of
 * float16. ONNX Runtime's CPU provider would leave out the roundings between operators that it casts for itself.
 */
export function roundAround({ graph }: OnnxModel): void {
  const made: NodeProto[] = [];
  const whole = new Set<string>();
  const unrounded = (tensor: string) => `${tensor}/unrounded`;
  const asWhole = (tensor: string): string => {
    if (!isHalfName(tensor)) return tensor;
    const name = `${tensor}/whole`;
    if (!whole.has(tensor)) made.push(castNode(tensor, name, ElementType.float32));
    whole.add(tensor);
    return name;
  };
  for (const node of graph.node) {
    if (node.opType === 'Cast') {
      made.push(node);
      continue;
    }
    node.input = node.input.map(asWhole);
    const rounded = node.output.filter(isHalfName);
    node.output = node.output.map((output) => (isHalfName(output) ? unrounded(output) : output));
    made.push(node, ...rounded.map((output) => castNode(unrounded(output), output, ElementType.float16)));
  }
  graph.node = made;
}

function castNode(from: string, to: string, elementType: number): NodeProto {
  const attribute = [makeAttribute('to', elementType)];
  return create(NodeProtoSchema, { name: `${to}/Cast`, opType: 'Cast', input: [from], output: [to], attribute });
}

function isHalfName(tensor: string): boolean {
  return tensor.startsWith(halfName(''));
}

function halfName(tensor: string): string {
  return `${namePrefix}half/${tensor}`;
}

/** Whether a single number keeps its meaning in float16. Weights are not looked at. */
function fitsHalf(graph: Graph, tensor: string): boolean {
  if (!graph.isInitializer(tensor) || graph.type(tensor)?.shape.some((size) => size !== 1)) return true;
  const [value = 0] = graph.constant(tensor)?.map(Math.abs) ?? [];
  return value === 0 || (value >= smallest && value <= largest);
}
