/** What stands between the last features and the scores without being a layer: class maps, and the parts of a pooling. */

import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { operatorName } from '../onnx/operator-name.ts';
import { shapeOnly } from '../onnx/shape-only.ts';
import type { PreparedModel } from '../prepare.ts';
import { classMaps } from './class-maps.ts';
import { isActivation, isBound } from './merged-activations.ts';

const poolings = new Set([
  'AveragePool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'MaxPool',
  'ReduceMax',
  'ReduceMean',
  'ReduceSum',
]);
/**
 * Class maps (see there), the powers of a generalised mean (Radenovic et al. 2018, equation 3), and the pools of a pyramid (He et al. 2014,
 * section 2.2), which are coarser copies of what they read.
 */
export function pooledTail({ graph, score }: PreparedModel): Set<string> {
  const tail = new Set(classMaps(graph, score.logits, score.width).keys());
  for (const node of graph.nodes) {
    if (node.opType !== 'Pow') continue;
    const [power = ''] = node.output;
    if (!graph.consumers(power).every((reader) => poolings.has(operatorName(reader)))) continue;
    tail.add(power);
  }
  for (const node of graph.nodes) for (const pool of pyramidOf(node, graph)) tail.add(pool);
  return tail;
}

/** The outputs of several poolings of one tensor that a Concat joins; none where it joins anything else. */
function pyramidOf(node: NodeProto, graph: Graph): string[] {
  if (node.opType !== 'Concat' || node.input.length < 2) return [];
  const pools: string[] = [];
  const sources = new Set<string>();
  for (const joined of node.input) {
    let tensor = joined;
    let producer = graph.producer(tensor);
    while (producer !== undefined && shapeOnly.has(operatorName(producer))) {
      tensor = producer.input[0] ?? '';
      producer = graph.producer(tensor);
    }
    if (producer === undefined || !poolings.has(operatorName(producer))) return [];
    pools.push(tensor);
    sources.add(producer.input[0] ?? '');
  }
  return sources.size === 1 ? pools : [];
}

/** What a generalised mean bounds from below before it takes powers; the tensor itself elsewhere, and where the bound is an activation as well. */
export function beforeBound(tensor: string, graph: Graph): string {
  const node = graph.producer(tensor);
  if (node === undefined || !isBound(node, graph) || isActivation(node, graph)) return tensor;
  return node.input[0] ?? tensor;
}
