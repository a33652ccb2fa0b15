/**
 * Spells out operators that stand in the way: those whose shapes ONNX Runtime does not infer, so that nothing behind them is
 * left unknown, and the heads of scikit-learn models.
 */

import { create } from '@bufbuild/protobuf';
import { intsAttribute, makeAttribute } from './attributes.ts';
import { namePrefix } from './builder.ts';
import type { OnnxModel } from './model-file.ts';
import { type NodeProto, NodeProtoSchema } from './onnx_pb.ts';
import { spellOutLearnedHeads } from './scikit-learn.ts';
import { float32Tensor, int64Tensor } from './tensor-data.ts';

/** Changes a model of opset 18 or newer in place. */
export function spellOut(model: OnnxModel): void {
  spellOutLearnedHeads(model);
  for (const holder of [model.graph, ...model.functions]) {
    holder.node = holder.node.flatMap((node) =>
      node.opType === 'MeanVarianceNormalization' && node.domain === '' ? meanVarianceNormalization(node) : [node],
    );
  }
}

/** Added to the deviation (ONNX operator reference, the operator's function body). */
const epsilon = 1e-9;

/** y = (x - mean) / (sqrt(mean of (x - mean)^2) + epsilon). The last node keeps the author's name. */
function meanVarianceNormalization({ name, input, output, attribute, metadataProps }: NodeProto): NodeProto[] {
  const [x = ''] = input;
  const [y = ''] = output;
  const axes = intsAttribute(create(NodeProtoSchema, { attribute }), 'axes') ?? [0, 2, 3];
  const place = (part: string) => `${namePrefix}${y}/${part}`;
  const node = (opType: string, from: string[], part: string, tensor?: ReturnType<typeof int64Tensor>) =>
    create(NodeProtoSchema, {
      name: place(part),
      opType,
      input: from,
      output: [place(part)],
      attribute: tensor === undefined ? [] : [makeAttribute('value', tensor)],
    });
  return [
    node('Constant', [], 'axes', int64Tensor(place('axes'), axes)),
    node('Constant', [], 'epsilon', float32Tensor(place('epsilon'), [epsilon], [])),
    node('ReduceMean', [x, place('axes')], 'mean'),
    node('Sub', [x, place('mean')], 'centred'),
    node('Mul', [place('centred'), place('centred')], 'square'),
    node('ReduceMean', [place('square'), place('axes')], 'variance'),
    node('Sqrt', [place('variance')], 'deviation'),
    node('Add', [place('deviation'), place('epsilon')], 'divisor'),
    create(NodeProtoSchema, {
      name,
      opType: 'Div',
      input: [place('centred'), place('divisor')],
      output,
      metadataProps,
    }),
  ];
}
