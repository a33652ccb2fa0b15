/** What is said of a compiled file in its metadata. */

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { CompiledOutputs } from '../compile.ts';
import { elementTypeName } from '../onnx/element-type.ts';
import type { ValueInfoProto } from '../onnx/onnx_pb.ts';
import { dimensions } from '../onnx/sizes.ts';
import type { BuiltModel } from '../open-model.ts';
import type { CompileOptions } from './compile-options.ts';
import type { CompiledDescription, CompiledInput, DescribedPreprocessing } from './description.ts';
import type { NamedOutput } from './outputs.ts';
import type { TrialInputs } from './trial.ts';

/** A model with its explanations, and the outputs that users see. */
export interface NamedModel {
  built: BuiltModel<CompiledOutputs>;
  outputs: NamedOutput[];
}

interface Form {
  batch: 'free' | number;
  batchReason: string | undefined;
  opset: number;
}

/** @param trial what the file takes */
export function describe(
  options: CompileOptions,
  { built, outputs }: NamedModel,
  trial: TrialInputs,
  { batch, batchReason, opset }: Form,
): CompiledDescription {
  const { height, width, channels, layout } = built.prepared.sizes.input;
  return {
    format: 1,
    gradline: version(),
    source: {
      file: path.basename(options.model),
      sha256: createHash('sha256').update(built.source.bytes).digest('hex'),
    },
    opset,
    batch,
    ...(batchReason === undefined ? {} : { batchReason }),
    precision: options.float16 === true ? 'float16' : 'float32',
    image: { layout, height, width, channels },
    inputs: built.model.graph.input.map((each) => describedInput(each, trial)),
    outputs: outputs.map(({ tensor, elementType, shape, ...said }) => ({
      ...said,
      type: elementTypeName(elementType),
      shape: [batch === 'free' ? 'N' : batch, ...shape],
    })),
    layers: built.layers.map(({ layer, grid, resolvedLayer, workingLayer }) => ({
      layer,
      height: grid.height,
      width: grid.width,
      channels: grid.channels,
      ...(resolvedLayer === undefined ? {} : { resolvedLayer }),
      ...(workingLayer === undefined ? {} : { workingLayer }),
    })),
    methods: [...new Set(built.outputs.maps.map(({ method }) => method))],
    targets: built.outputs.targets.map(({ name }) => name),
    classCount: built.outputs.classCount,
    classNames: options.classNames ?? null,
    preprocessing: describedPreprocessing(options, { height, width }),
    warnings: built.warnings,
  };
}

function describedInput(value: ValueInfoProto, trial: TrialInputs): CompiledInput {
  const { name, type } = value;
  const picture = trial.isSamples ? 'pixels' : 'image';
  return {
    name,
    role: name === trial.name ? picture : trial.classes.includes(name) ? 'classes' : 'other',
    type: elementTypeName(type?.tensorType?.elemType ?? 0),
    shape: dimensions(value).map((size) => size ?? 'N'),
  };
}

function describedPreprocessing(
  { preprocessing, inputPixels = false }: CompileOptions,
  size: { height: number; width: number },
): DescribedPreprocessing | null {
  if (preprocessing === undefined) return null;
  const { range, mean, std, channels, geometry } = preprocessing;
  return { range, mean: [...mean], std: [...std], channels, inFile: inputPixels, geometry: geometry?.(size) ?? null };
}

function version(): string {
  const { version: own }: { version: string } = createRequire(import.meta.url)('gradline/package.json');
  return own;
}
