/** The configuration of a compiled file in a model repository of NVIDIA's Triton Inference Server. */

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CompiledDescription } from '../explain/compiled/description.ts';
import { UserError } from '../explain/user-error.ts';

/** Most pictures that Triton puts into one run. */
const largestBatch = 64;

interface TritonConfig {
  path: string;
  /** Of the model in the repository. */
  name: string;
}

/**
 * Where the configuration belongs.
 * @throws UserError `bad-setting` for an output that is in no model repository
 */
export function tritonConfigFile(output: string): TritonConfig {
  const version = path.dirname(path.resolve(output));
  const folder = path.dirname(version);
  if (!/^[1-9]\d*$/.test(path.basename(version)) || path.basename(output) !== 'model.onnx') {
    throw new UserError(
      'bad-setting',
      `--triton needs an --output such as models/resnet50/1/model.onnx, as Triton's model repositories have them; it is ${output}.`,
    );
  }
  return { path: path.join(folder, 'config.pbtxt'), name: path.basename(folder) };
}

export async function writeTritonConfig(file: TritonConfig, description: CompiledDescription): Promise<void> {
  await writeFile(file.path, tritonConfig(file.name, description));
}

/** With a free batch, Triton joins requests into batches. Otherwise it passes on what it is given. */
export function tritonConfig(
  name: string,
  { batch, inputs, outputs }: Pick<CompiledDescription, 'batch' | 'inputs' | 'outputs'>,
): string {
  const isFree = batch === 'free';
  const tensor = (field: string, each: CompiledDescription['inputs' | 'outputs'][number]) =>
    [
      `${field} {`,
      `  name: ${JSON.stringify(each.name)}`,
      `  data_type: TYPE_${tritonTypes[each.type] ?? each.type.toUpperCase()}`,
      // Triton wants at least one axis beside the batch, and makes it one of size 1.
      ...(isFree && each.shape.length === 1
        ? ['  dims: [ 1 ]', '  reshape { shape: [ ] }']
        : [`  dims: [ ${(isFree ? each.shape.slice(1) : each.shape).join(', ')} ]`]),
      '}',
    ].join('\n');
  return [
    `name: ${JSON.stringify(name)}`,
    'platform: "onnxruntime_onnx"',
    `max_batch_size: ${isFree ? largestBatch : 0}`,
    ...inputs.map((each) => tensor('input', each)),
    ...outputs.map((each) => tensor('output', each)),
    ...(isFree ? ['dynamic_batching { }'] : []),
    '',
  ].join('\n');
}

const tritonTypes: Readonly<Record<string, string>> = { float16: 'FP16', float32: 'FP32', float64: 'FP64' };
