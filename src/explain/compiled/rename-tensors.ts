/** Giving tensors of a graph other names, wherever they are made and read. */

import type { GraphProto } from '../onnx/onnx_pb.ts';

/** Changes the graph in place, the branches and bodies in it too. */
export function renameTensors(graph: GraphProto, names: ReadonlyMap<string, string>): void {
  const renamed = (name: string) => names.get(name) ?? name;
  for (const value of [...graph.input, ...graph.output, ...graph.initializer]) value.name = renamed(value.name);
  for (const node of graph.node) {
    node.input = node.input.map(renamed);
    node.output = node.output.map(renamed);
    for (const { g, graphs } of node.attribute) {
      for (const inner of g === undefined ? graphs : [g, ...graphs]) renameTensors(inner, names);
    }
  }
}

/** Names of everything that a graph holds: inputs, weights, and what nodes make. */
export function tensorNames({ input, initializer, node }: GraphProto): Set<string> {
  return new Set([...input, ...initializer].map(({ name }) => name).concat(node.flatMap(({ output }) => output)));
}
