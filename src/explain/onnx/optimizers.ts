/** What ONNX Runtime's optimiser has to leave alone, so that a session computes what the file says and hooks see it. */

import { Graph } from './graph.ts';
import type { GraphProto } from './onnx_pb.ts';

export interface OptimizerSettings {
  session: { disable_quant_qdq: string; x64quantprecision: string };
  optimization?: { disable_specified_optimizers: string };
}

/**
 * For a session's `extra` options. Without `disable_quant_qdq`, whoever reads a hooked DequantizeLinear is given a copy of it
 * (EnsureUniqueDQForNodeUnit), so that no gradient comes back to the hooked one, and weights stay integers. Without `x64quantprecision`,
 * sums of products of bytes saturate on processors of the x64 kind that have no VNNI: scores of a quantised SqueezeNet were off by 0.21 there.
 * @param disabled optimizers that the caller cannot use either
 */
export function optimizerSettings(graph: GraphProto, disabled: readonly string[] = []): OptimizerSettings {
  const all = [...disabled, ...(padsBeforePool(new Graph(graph)) ? ['Pad_Fusion'] : [])];
  return {
    session: { disable_quant_qdq: '1', x64quantprecision: '1' },
    ...(all.length === 0 ? {} : { optimization: { disable_specified_optimizers: all.join(';') } }),
  };
}

/**
 * ONNX Runtime 1.30 moves a Pad of zeros into the pool behind it. A MaxPool's own padding is minus infinity, and an AveragePool
 * that rounds up counts other windows; both can end with pads that no pool takes. Its moves into convolutions are right, and
 * spare a pass over the image: without such pools they stay.
 */
function padsBeforePool(graph: Graph): boolean {
  const feedsPool = (tensor: string): boolean =>
    graph
      .consumers(tensor)
      .some(({ opType, output }) => pools.has(opType) || (opType === 'Identity' && feedsPool(output[0] ?? '')));
  return graph.nodes.some(({ opType, output }) => opType === 'Pad' && feedsPool(output[0] ?? ''));
}

const pools = new Set(['AveragePool', 'MaxPool']);
