/** From an ONNX file to a simplified graph with fixed sizes, in which the hooked tensors have kept their names. */

import path from 'node:path';
import { type ClassScore, findClassScore } from './class-score.ts';
import { Modules } from './layers/modules.ts';
import { didYouMean } from './nearest-names.ts';
import { Graph } from './onnx/graph.ts';
import { refuseNoise, setInferenceMode } from './onnx/inference-mode.ts';
import {
  bringExternalData,
  decodeModel,
  type OnnxModel,
  readModelBytes,
  type StoredWeights,
} from './onnx/model-file.ts';
import { placeOf } from './onnx/operator-name.ts';
import { doubtOf, type OtherInputs } from './onnx/run-session.ts';
import { type GivenInputs, type RowInput, settleInputs } from './onnx/second-inputs.ts';
import { type Simplified, simplify, sourceFolder } from './onnx/simplify.ts';
import { chooseSizes, type FixedSizes, fixSizes, type RequestedSizes } from './onnx/sizes.ts';
import { spellOut } from './onnx/spell-out.ts';
import { upcastToFloat32 } from './onnx/upcast.ts';
import { upgradeOpset } from './onnx/upgrade.ts';
import { storeWeights } from './onnx/weights-file.ts';
import { UserError } from './user-error.ts';

/** The model as its file has it, in opset 18 form or newer and float32. Names are the author's. */
export interface SourceModel {
  /** What its file holds. */
  bytes: Uint8Array;
  model: OnnxModel;
  graph: Graph;
  modules: Modules;
  /** Names of the model's own outputs. */
  outputs: string[];
  /** Element type of the model's first input in its file. */
  inputType: number;
  /** Inputs beside the picture that have other values for each image. */
  rows: readonly RowInput[];
  /** What the inputs beside the picture are given, those with the same value for all pictures included. */
  others: OtherInputs;
  /** Weights that lie in the folder for what is written of the model. */
  stored: StoredWeights;
  /** What a user has to know of how the file was read. */
  warnings: string[];
}

export interface PreparedModel extends Simplified {
  sizes: FixedSizes;
  score: ClassScore;
}

export interface ReadingOptions extends GivenInputs {
  /** Of the output that holds the scores; default: what the outputs themselves say. */
  outputName?: string | undefined;
  /** What the model's inputs of whole numbers are, see `upcastToFloat32`. Default: images. */
  wholeInputs?: 'images' | 'indices';
}

/**
 * @param folder a folder of this compilation's own
 * @throws UserError `unknown-output`, and what `settleInputs` throws
 */
export async function readSource(
  file: string,
  folder: string,
  { outputName, wholeInputs = 'images', inputs, inputRows }: ReadingOptions = {},
): Promise<SourceModel> {
  const bytes = await readModelBytes(file);
  const model = decodeModel(bytes, file);
  const rows = wholeInputs === 'images' ? settleInputs(model, { inputs, inputRows }) : [];
  const constants = Object.entries(inputs ?? {}).map(([name, value]) => {
    return [name, typeof value === 'object' ? undefined : [Number(value)]] as const;
  });
  const others = new Map([...constants, ...rows.map(({ name, example }) => [name, example] as const)]);
  if (outputName !== undefined) keepOutput(model, outputName);
  const inputType = model.graph.input[0]?.type?.tensorType?.elemType ?? 0;
  const warnings = setInferenceMode(model);
  upgradeOpset(model);
  spellOut(model);
  upcastToFloat32(model, wholeInputs);
  await bringExternalData(model, path.dirname(path.resolve(file)), sourceFolder(folder));
  const stored = await storeWeights(model, sourceFolder(folder));
  const graph = new Graph(model.graph);
  const outputs = model.graph.output.map((output) => output.name);
  return { bytes, model, graph, modules: new Modules(graph), outputs, inputType, rows, others, stored, warnings };
}

/** Whatever else the model returns may be anything: nobody asks for it. */
function keepOutput({ graph }: OnnxModel, name: string): void {
  const chosen = graph.output.find((output) => output.name === name);
  const names = graph.output.map((output) => output.name);
  if (chosen === undefined) {
    throw new UserError(
      'unknown-output',
      `The model has no output '${name}'.${didYouMean(name, names)} It returns ${names.join(', ')}.`,
    );
  }
  graph.output = [chosen];
}

/** Operators that scale by the largest number of a whole batch: an image's scores would depend on its neighbours. */
const wholeBatch = new Set(['DynamicQuantizeLSTM', 'DynamicQuantizeLinear', 'DynamicQuantizeMatMul']);

/**
 * Fixes the sizes and simplifies. Images of a dynamically quantised model run one by one, as the file's own scores are meant. A model that
 * says its batch is free but fixes it inside (a Reshape to `[1, ...]`) is prepared for a batch of 1.
 * @param disabled see `simplify`
 */
export async function prepare(
  source: SourceModel,
  requested: RequestedSizes,
  pinned: readonly string[],
  folder: string,
  disabled: readonly string[] = [],
): Promise<PreparedModel> {
  try {
    return await prepareAny(source, requested, pinned, folder, disabled);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'session-failed' || source.others.size === 0) throw error;
    throw new UserError(error.code, `${error.message} ${doubtOf(source.others)}`, { cause: error });
  }
}

async function prepareAny(
  source: SourceModel,
  requested: RequestedSizes,
  pinned: readonly string[],
  folder: string,
  disabled: readonly string[],
): Promise<PreparedModel> {
  const chosen = chooseSizes(source.model, requested, source.rows);
  const whole = source.graph.nodes.find(({ opType }) => wholeBatch.has(opType));
  const sizes =
    chosen.batchFree && whole !== undefined
      ? alone(chosen, `${placeOf(whole)} scales by the largest number of a whole batch`)
      : chosen;
  try {
    return await prepareFor(source, sizes, pinned, folder, disabled);
  } catch (error) {
    const otherwise = error instanceof UserError && ['session-failed', 'not-a-classifier'].includes(error.code);
    if (!otherwise || !sizes.batchFree || sizes.batchSize === 1) throw error;
    const reason = `the model works for one picture at a time: ${error.message}`;
    return prepareFor(source, alone(sizes, reason), pinned, folder, disabled).catch(() => {
      throw error;
    });
  }
}

/** Images that run one by one. */
function alone(sizes: FixedSizes, batchReason: string): FixedSizes {
  return { ...sizes, batchSize: 1, batchFree: false, batchReason };
}

async function prepareFor(
  source: SourceModel,
  sizes: FixedSizes,
  pinned: readonly string[],
  folder: string,
  disabled: readonly string[],
): Promise<PreparedModel> {
  fixSizes(source.model, sizes);
  const simplified = await simplify(source.model, pinned, folder, { stored: source.stored, disabled });
  const score = findClassScore(simplified.graph, source.outputs, sizes.batchSize);
  refuseNoise(simplified.graph, score.output);
  return { ...simplified, sizes, score };
}
