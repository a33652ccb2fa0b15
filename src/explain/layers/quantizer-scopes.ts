/** Which module the nodes belong to that a quantiser puts between the author's. */

import { at } from '../at.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { quantizers } from '../onnx/quantized.ts';
import type { Scope } from './scope.ts';

/**
 * A quantiser's node without a module of its own belongs to the one that makes what it reads, so that a module's output is what goes on from
 * it: where the quantiser left a ReLU to the range of the integers, what lies before is not clipped yet. What quantises during the run bears
 * the name of what it reads, and works for the readers: it belongs to no module, nor does what is made of its scale alone.
 * @param scopes the modules around each of the graph's nodes, in their order
 */
export function withQuantizers(graph: Graph, scopes: readonly (readonly Scope[])[]): (readonly Scope[])[] {
  const around = new Map<string, readonly Scope[]>();
  const scales = new Set<string>();
  const ofScales = ({ input }: NodeProto) =>
    input.some((name) => scales.has(name)) && input.every((name) => scales.has(name) || graph.isInitializer(name));
  return graph.nodes.map((node, i) => {
    if (node.opType === 'DynamicQuantizeLinear' || ofScales(node)) {
      for (const name of node.opType === 'DynamicQuantizeLinear' ? node.output.slice(1) : node.output) scales.add(name);
      return [];
    }
    const own = at(scopes, i);
    const found = own.length === 0 && quantizers.has(node.opType) ? (around.get(node.input[0] ?? '') ?? own) : own;
    for (const output of node.output) around.set(output, found);
    return found;
  });
}
