/** Class maps at the end of a network: what holds one map a class, of which each score reads its own class's alone. */

import { activations } from '../gradients/activations.ts';
import { elementwise } from '../gradients/elementwise.ts';
import { exponentialUnits } from '../gradients/exponential-units.ts';
import { gatedActivations } from '../gradients/gated-activations.ts';
import { trigonometry } from '../gradients/trigonometry.ts';
import { intAttribute, intsAttribute } from '../onnx/attributes.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { operatorName } from '../onnx/operator-name.ts';
import { quantizers } from '../onnx/quantized.ts';
import { shapeOnly } from '../onnx/shape-only.ts';

/** Each value of the output is made of the values at its place of the inputs, which broadcast. */
const perPlace = new Set([
  ...[activations, elementwise, exponentialUnits, gatedActivations, trigonometry].flatMap(Object.keys),
  ...['Dropout', 'Expand'],
]);
/** Every axis stays where it is; only along some of them values meet, or are picked. */
const keepsAxes = new Set([
  ...['BatchNormalization', 'CumSum', 'GlobalAveragePool', 'GlobalLpPool', 'GlobalMaxPool', 'InstanceNormalization'],
  ...['LogSoftmax', 'LpNormalization', 'Pad', 'Resize', 'Slice', 'Softmax', 'Split', 'TopK'],
]);
/** Windows move over all axes behind the second. */
const pools = new Set(['AveragePool', 'LpPool', 'MaxPool']);

/** Where a tensor counts the classes; `mixed` where some way to the scores leaves the classes' order. */
type ClassAxis = number | 'mixed';

/**
 * Tensors of which a class's score reads that class's slice alone, whatever each cell passes on its way: an activation, a softmax over
 * the classes, pooling of any kind, weights for the cells, a change of size. Where the classes' own layer is a convolution these are its output
 * and all behind it; the layer's input is no class map, because it mixes channels. Empty where the scores are no row of classes.
 * @returns the axis that counts the classes by tensor
 */
export function classMaps(graph: Graph, logits: string, width: number): Map<string, number> {
  const axes = new Map<string, ClassAxis>();
  const shape = graph.type(logits)?.shape ?? [];
  const first = shape.findIndex((size, i) => size === width && (i > 0 || shape.length === 1));
  // A score alone may have no axis of its own.
  axes.set(logits, first < 0 ? (width === 1 ? shape.length : 'mixed') : first);
  for (const node of graph.nodes.toReversed()) {
    const found = node.output.map((output) => axes.get(output)).filter((axis) => axis !== undefined);
    if (found.length === 0) continue;
    const [axis, ...others] = found;
    const isOne = typeof axis === 'number' && others.every((other) => other === axis);
    const own = isOne ? classInputs(graph, node, axis) : new Map<string, number>();
    for (const input of graph.reads(node)) {
      const known = axes.get(input);
      const here = own.get(input) ?? 'mixed';
      axes.set(input, known === undefined || known === here ? here : 'mixed');
    }
  }
  return new Map([...axes].flatMap(([tensor, axis]) => (axis === 'mixed' ? [] : [[tensor, axis] as const])));
}

/** The inputs that hold what a node's output holds of a class in that class's slice alone, with their axis. */
function classInputs(graph: Graph, node: NodeProto, axis: number): Map<string, number> {
  const shapeOf = (tensor: string | undefined) => graph.type(tensor ?? '')?.shape ?? [];
  const [data = '', second = ''] = node.input;
  const input = shapeOf(data);
  const output = shapeOf(node.output.find((name) => name !== ''));
  const classes = output[axis] ?? 1;
  const operator = operatorName(node);
  const only = (at: number | undefined) => new Map(at === undefined ? [] : [[data, at]]);
  const counted = (place: number, rank = input.length) => (place < 0 ? place + rank : place);

  if (perPlace.has(operator) || quantizers.has(node.opType)) {
    const aligned = node.input.map((tensor) => {
      const own = shapeOf(tensor);
      const place = axis - (output.length - own.length);
      return place >= 0 && own[place] === classes ? [[tensor, place] as const] : [];
    });
    return new Map(aligned.flat());
  }
  if (keepsAxes.has(operator)) return only(axis);
  if (pools.has(operator)) return only(axis === 1 ? axis : undefined);
  if (shapeOnly.has(operator)) return only(placeOf(input, before(output, axis), classes));
  if (operator === 'Transpose') {
    return only(intsAttribute(node, 'perm')?.[axis] ?? input.length - 1 - axis);
  }
  if (operator === 'Concat') return new Map(node.input.map((tensor) => [tensor, axis]));
  if (operator === 'Gather') {
    const along = counted(intAttribute(node, 'axis', 0));
    const picked = shapeOf(second).length;
    if (axis < along) return only(axis);
    return only(axis >= along + picked ? axis - picked + 1 : picked === 1 ? along : undefined);
  }
  if (operator === 'Conv' || operator === 'ConvTranspose') {
    // One map a class by itself; enlarging them often keeps the form of a convolution over all of them (FCN, Long et al. 2015, section 3.3).
    const apart = intAttribute(node, 'group', 1) === classes || operator === 'ConvTranspose';
    return only(axis === 1 && input[1] === classes && apart ? axis : undefined);
  }
  if (operator === 'MatMul') {
    const rows = output.length - 2;
    if (axis < rows) return new Map();
    return axis === rows ? new Map([[data, input.length - 2]]) : new Map([[second, shapeOf(second).length - 1]]);
  }
  if (operator.startsWith('Reduce')) {
    const reduced = graph.constant(second)?.map((place) => counted(place));
    if (reduced === undefined || reduced.length === 0) return new Map();
    const kept = input.flatMap((_, place) => (reduced.includes(place) ? [] : [place]));
    const place = intAttribute(node, 'keepdims', 1) === 1 ? axis : kept[axis];
    return only(place !== undefined && reduced.includes(place) ? undefined : place);
  }
  return new Map();
}

const before = (shape: readonly number[], axis: number) => shape.slice(0, axis).reduce((a, b) => a * b, 1);

/** The axis of a size, or of several maps for each class (WILDCAT, Durand et al. 2017, section 3.2), before which so many steps lie. */
function placeOf(shape: readonly number[], steps: number, size: number): number | undefined {
  const those = shape.flatMap((_, i) => (before(shape, i) === steps ? [i] : []));
  return those.find((i) => shape[i] === size) ?? those.find((i) => (shape[i] ?? 0) % size === 0);
}
