/** Where the gradient starts, after a model was tried. */

import { create } from '@bufbuild/protobuf';
import type { ClassScore } from '../class-score.ts';
import { namePrefix } from '../onnx/builder.ts';
import { NodeProtoSchema } from '../onnx/onnx_pb.ts';
import { float32Tensor } from '../onnx/tensor-data.ts';
import type { PreparedModel } from '../prepare.ts';
import type { Verdict } from './verdict.ts';

/** The least probability that has a logarithm. */
const smallest = 1e-30;

/** The class score as it was found in numbers; nodes that it needs are appended to the prepared graph. */
export function scoreAsFound({ graph, score }: PreparedModel, found: Verdict['score']): ClassScore {
  if (found === null) return score;
  if (found !== 'logarithm') {
    const { tensor, activation } = found;
    return { ...score, logits: tensor, sources: [tensor], activation, reported: true };
  }
  const [floor, positive, logits] = ['floor', 'positive', 'logarithm'].map((name) => `${namePrefix}score/${name}`);
  const type = graph.type(score.output);
  if (floor === undefined || positive === undefined || logits === undefined || type === undefined) return score;
  const node = (opType: string, input: string[], output: string) =>
    create(NodeProtoSchema, { name: output, opType, input, output: [output] });
  graph.append(
    [node('Max', [score.output, floor], positive), node('Log', [positive], logits)],
    [float32Tensor(floor, [smallest], [])],
    new Map([positive, logits].map((name) => [name, type])),
  );
  return { ...score, logits, sources: [score.output], activation: 'softmax', reported: true };
}
