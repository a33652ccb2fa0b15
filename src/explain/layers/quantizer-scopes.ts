/** Which module the nodes belong to that a quantiser puts between the author's. */

import { at } from '../at.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Scope } from './scope.ts';

const quantizers = new Set(['DequantizeLinear', 'QuantizeLinear']);

/**
 * A quantiser's node without a module of its own belongs to the one that makes what it reads, so that a module's output is what goes on from
 * it: where the quantiser left a ReLU to the range of the integers, what lies before is not clipped yet.
 * @param scopes the modules around each of the graph's nodes, in their order
 */
export function withQuantizers(graph: Graph, scopes: readonly (readonly Scope[])[]): (readonly Scope[])[] {
  const around = new Map<string, readonly Scope[]>();
  return graph.nodes.map((node, i) => {
    const own = at(scopes, i);
    const found = own.length === 0 && quantizers.has(node.opType) ? (around.get(node.input[0] ?? '') ?? own) : own;
    for (const output of node.output) around.set(output, found);
    return found;
  });
}
