/** Weights that a network reads one way round and its gradient the other. */

import { makeAttribute } from '../onnx/attributes.ts';
import { Builder, namePrefix } from '../onnx/builder.ts';
import type { GraphProto, NodeProto } from '../onnx/onnx_pb.ts';

/**
 * Has gradients read square weights from a turned copy that runtimes make while they load the file. Changes the graph in place; values and the
 * file's size stay.
 *
 * OpenVINO's CPU plugin (2026.4.1) packs a constant matrix once, by its address, and gives every product of the same shape what it packed: of a
 * square matrix that is read both ways round, the second reader gets the first one's. A copy has an address of its own. The axis of size 1 keeps
 * the plugin from joining the Transpose with the product again.
 */
export function turnSquareWeights(graph: GraphProto): void {
  const squares = new Map(
    graph.initializer.flatMap(({ name, dims }) => {
      const shape = dims.map(Number);
      return shape.length > 1 && shape.at(-1) === shape.at(-2) ? [[name, shape] as const] : [];
    }),
  );
  const build = new Builder(undefined, `${namePrefix}turned/`);
  const copies = new Map<string, string>();
  const turned = (weight: string, shape: readonly number[], output?: string): string => {
    const stack = shape.slice(0, -2);
    const [size = 0] = shape.slice(-1);
    const rank = stack.length;
    const spread = build.reshape(weight, [...stack, size, 1, size]);
    const swapped = build.transpose(spread, [...stack.keys(), rank + 2, rank + 1, rank]);
    return build.op('Reshape', [swapped, build.ints([...shape])], {}, output === undefined ? {} : { output });
  };
  const nodes: NodeProto[] = [];
  for (const node of graph.node) {
    const weight = node.input[node.opType === 'Gemm' ? 1 : 0] ?? '';
    const shape = squares.get(weight);
    const [output = ''] = node.output;
    if (shape === undefined || !swapsLast(node, shape.length)) {
      nodes.push(node);
      continue;
    }
    const isOurs = node.name.startsWith(namePrefix);
    if (node.opType === 'Transpose') {
      squares.set(output, shape);
      if (isOurs) turned(weight, shape, output);
      nodes.push(...(isOurs ? build.nodes.splice(0) : [node]));
    } else {
      if (isOurs) {
        const copy = copies.get(weight) ?? turned(weight, shape);
        copies.set(weight, copy);
        nodes.push(...build.nodes.splice(0));
        readTurned(node, copy);
      }
      nodes.push(node);
    }
  }
  graph.node = nodes;
  graph.initializer.push(...build.initializers);
}

function swapsLast({ opType, attribute }: NodeProto, rank: number): boolean {
  if (opType === 'Gemm') return true;
  const perm = attribute.find(({ name }) => name === 'perm')?.ints.map(Number);
  return opType === 'Transpose' && perm?.at(-1) === rank - 2 && perm.at(-2) === rank - 1;
}

/** The same product, with its second factor the other way round. */
function readTurned(node: NodeProto, copy: string): void {
  const transB = node.attribute.find(({ name }) => name === 'transB')?.i ?? 0n;
  node.input = node.input.with(1, copy);
  const others = node.attribute.filter(({ name }) => name !== 'transB');
  node.attribute = [...others, makeAttribute('transB', transB === 0n ? 1 : 0)];
}
