/** What a model answers when ONNX Runtime runs it without Gradline. */

import path from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type OnnxModel, writeModel } from '../../src/explain/onnx/model-file.ts';
import { ModelProtoSchema, ValueInfoProtoSchema } from '../../src/explain/onnx/onnx_pb.ts';
import { inputName } from './tiny-model.ts';

/**
 * Runs a model as it stands on float32 values, with all optimisations off.
 * @param also tensors to return besides the model's own outputs
 */
export async function runDirectly(
  model: OnnxModel,
  values: Float32Array,
  dims: number[],
  folder: string,
  also: string[] = [],
): Promise<Record<string, Float32Array>> {
  const copy = fromBinary(ModelProtoSchema, toBinary(ModelProtoSchema, model));
  copy.graph?.output.push(...also.map((name) => create(ValueInfoProtoSchema, { name })));
  const file = path.join(folder, 'direct.onnx');
  await writeModel({ ...model, ...copy, graph: copy.graph ?? model.graph }, file);
  const session = await InferenceSession.create(file, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const results = await session.run({ [inputName]: new Tensor('float32', values, dims) });
  const answers: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(results)) {
    if (tensor.data instanceof Float32Array) answers[name] = tensor.data;
  }
  await session.release();
  return answers;
}
