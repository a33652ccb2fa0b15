/** Tensors that hold the picture the other way round: models that average over a picture and its mirror image have them. */

import { intAttribute } from '../onnx/attributes.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { placeOf } from '../onnx/operator-name.ts';
import type { FixedSizes } from '../onnx/sizes.ts';

/** By tensor, the node that turned the picture, where all that the tensor knows of it is turned. */
export function mirroredTensors(graph: Graph, { input }: Pick<FixedSizes, 'input'>): ReadonlyMap<string, NodeProto> {
  /** For each tensor the ways round in which it has the picture, as axes that are turned: `` is upright. */
  const ways = new Map<string, ReadonlyMap<string, NodeProto | null>>([[input.name, new Map([['', null]])]]);
  const mirrored = new Map<string, NodeProto>();
  for (const node of graph.nodes) {
    const turned = turnedAxes(graph, node, input.channels);
    const own = new Map<string, NodeProto | null>();
    for (const tensor of node.input) {
      for (const [way, by] of ways.get(tensor) ?? []) own.set(turn(way, turned), turned.length > 0 ? node : by);
    }
    if (own.size === 0) continue;
    const by = own.has('') ? null : own.values().next().value;
    for (const tensor of node.output) {
      ways.set(tensor, own);
      if (by) mirrored.set(tensor, by);
    }
  }
  return mirrored;
}

/** Axes that are turned once or three times, of those that were before and those that are now. */
function turn(way: string, axes: readonly number[]): string {
  const turned = new Set(way === '' ? [] : way.split(',').map(Number));
  for (const axis of axes) if (!turned.delete(axis)) turned.add(axis);
  return [...turned].sort((a, b) => a - b).join();
}

/** Axes of a picture or grid, not its channels, along which a node reads backwards. */
function turnedAxes(graph: Graph, node: NodeProto, channels: number): number[] {
  const [data = '', ...more] = node.input;
  const shape = graph.type(data)?.shape ?? [];
  if (shape.length !== 4) return [];
  const constant = (place: number) => graph.constant(more[place] ?? '') ?? [];
  const counted = (axis: number) => (axis < 0 ? axis + shape.length : axis);
  const isOfPicture = (axis: number) => axis > 0 && shape[axis] !== channels;
  if (node.opType === 'Slice') {
    const [axes, steps] = [constant(2).map(counted), constant(3)];
    return axes.filter((axis, i) => (steps[i] ?? 1) < 0 && isOfPicture(axis));
  }
  if (node.opType !== 'Gather') return [];
  const places = constant(0);
  const isBackwards = places.length > 1 && places.every((place, i) => place === places.length - 1 - i);
  return [counted(intAttribute(node, 'axis', 0))].filter((axis) => isBackwards && isOfPicture(axis));
}

export function mirroredWarnings(
  mirrored: ReadonlyMap<string, NodeProto>,
  layers: readonly { layer: string; tensor: string }[],
): string[] {
  return layers.flatMap(({ layer, tensor }) => {
    const by = mirrored.get(tensor);
    if (by === undefined) return [];
    return [
      `Layer '${layer}' is hooked where the model reads a mirrored copy of the picture (${placeOf(by)} turns it, as test-time augmentation does): its maps are mirrored, too, and lie wrong on the picture. ` +
        "Hook the pass over the picture itself: 'last' does, and 'gradline layers --all' lists the nodes of either pass. Or export the model without augmentation.",
    ];
  });
}
