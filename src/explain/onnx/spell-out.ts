/**
 * Spells out operators that stand in the way: those whose shapes ONNX Runtime does not infer, so that nothing behind them is
 * left unknown, the heads of scikit-learn models, and operators that compute with integers.
 */

import { intsAttribute } from './attributes.ts';
import type { OnnxModel } from './model-file.ts';
import type { NodeProto } from './onnx_pb.ts';
import { spellOutQuantized } from './quantized.ts';
import { spellOutLearnedHeads } from './scikit-learn.ts';
import { Spelling } from './spelling.ts';
import { float32Tensor, int64Tensor } from './tensor-data.ts';

/** Changes a model of opset 18 or newer in place. */
export function spellOut(model: OnnxModel): void {
  spellOutLearnedHeads(model);
  spellOutQuantized(model);
  for (const holder of [model.graph, ...model.functions]) {
    holder.node = holder.node.flatMap((node) =>
      node.opType === 'MeanVarianceNormalization' && node.domain === '' ? meanVarianceNormalization(node) : [node],
    );
  }
}

/** Added to the deviation (ONNX operator reference, the operator's function body). */
const epsilon = 1e-9;

/** y = (x - mean) / (sqrt(mean of (x - mean)^2) + epsilon) */
function meanVarianceNormalization(node: NodeProto): NodeProto[] {
  const [x = ''] = node.input;
  const spelled = new Spelling(node, node.output[0] ?? '');
  const axes = spelled.constant('axes', (name) => int64Tensor(name, intsAttribute(node, 'axes') ?? [0, 2, 3]));
  const smallest = spelled.constant('epsilon', (name) => float32Tensor(name, [epsilon], []));
  const centred = spelled.node('Sub', [x, spelled.node('ReduceMean', [x, axes], 'mean')], 'centred');
  const square = spelled.node('Mul', [centred, centred], 'square');
  const deviation = spelled.node('Sqrt', [spelled.node('ReduceMean', [square, axes], 'variance')], 'deviation');
  spelled.last('Div', [centred, spelled.node('Add', [deviation, smallest], 'divisor')]);
  return spelled.nodes;
}
