/**
 * Pools whose last window would begin behind the image. Rounding the number of windows up counts such a window, a run leaves it
 * out; before opset 22 the shapes that ONNX Runtime infers count it, and all shapes behind it are wrong (ONNX operator
 * changelog, MaxPool-22).
 */

import { intAttribute, intsAttribute, removeAttribute } from './attributes.ts';
import type { Graph } from './graph.ts';
import type { NodeProto } from './onnx_pb.ts';

const pools = new Set(['AveragePool', 'LpPool', 'MaxPool']);

/**
 * Lets such pools round down, which gives what is run, where that is right for all axes. Changes the graph in place.
 * @returns whether anything was changed
 */
export function dropEmptyWindows(graph: Graph): boolean {
  const affected = graph.nodes.filter((node) => pools.has(node.opType) && roundsUpInVain(node, graph));
  for (const node of affected) removeAttribute(node, 'ceil_mode');
  return affected.length > 0;
}

function roundsUpInVain(node: NodeProto, graph: Graph): boolean {
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  if (intAttribute(node, 'ceil_mode', 0) === 0 || kernel.length === 0) return false;
  const input = graph.type(node.input[0] ?? '')?.shape.slice(2) ?? [];
  const output = graph.type(node.output[0] ?? '')?.shape.slice(2) ?? [];
  const one = (name: string, i: number) => intsAttribute(node, name)?.[i] ?? 1;
  const pad = (i: number) => intsAttribute(node, 'pads')?.[i] ?? 0;
  const counts = kernel.map((cells, i) => {
    const [length = 0, inferred = 0] = [input[i], output[i]];
    const stride = one('strides', i);
    const reach = one('dilations', i) * (cells - 1);
    const room = length + pad(i) + pad(i + kernel.length) - reach - 1;
    const empty = (inferred - 1) * stride - pad(i) >= length;
    return { inferred, rounded: Math.floor(room / stride) + 1, empty };
  });
  return (
    counts.some(({ empty }) => empty) &&
    counts.every(({ inferred, rounded, empty }) => rounded === inferred - (empty ? 1 : 0))
  );
}
