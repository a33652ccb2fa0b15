/** From options to an open session: read, hook, compile, open. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { CompiledModel } from './compile.ts';
import { halve, roundAround } from './half-precision.ts';
import { checkInputValues } from './input-values.ts';
import { lastLayer, type ResolvedLayer, resolveTensors, withGrids } from './layers/hooked-layers.ts';
import { requireLastLayer } from './layers/last-layer.ts';
import { pictureViews, viewWarnings } from './layers/views.ts';
import type { GateForm } from './onnx/builder.ts';
import { type OnnxModel, writeModel } from './onnx/model-file.ts';
import { optimizerSettings } from './onnx/optimizers.ts';
import { openSession } from './onnx/session.ts';
import { type ExplainerOptions, gradientFreeMethods, type Precision } from './options.ts';
import { chosenPrecision, claimPrecision, firstProvider } from './precision.ts';
import { type PreparedModel, prepare, readSource, type SourceModel } from './prepare.ts';
import { nothingFound, probeModel } from './probe/probe.ts';
import { scoreAsFound } from './probe/score-as-found.ts';
import { oneVerdict, type Verdict, verdictFile } from './probe/verdict.ts';

export const defaultBatchSize = 8;

/** A model with what was added to it, for as long as its folder is there. */
export interface BuiltModel<Outputs> {
  model: OnnxModel;
  source: SourceModel;
  prepared: PreparedModel;
  layers: ResolvedLayer[];
  outputs: Outputs;
  /** Optimizers of ONNX Runtime that compute something else than the model says. */
  optimizers: readonly string[];
  /** What a user has to know of the model, in words. */
  warnings: string[];
}

export interface OpenedModel<Outputs>
  extends Pick<BuiltModel<Outputs>, 'prepared' | 'layers' | 'outputs' | 'warnings'> {
  session: InferenceSession;
}

type Compile<Outputs> = (prepared: PreparedModel, layers: ResolvedLayer[]) => CompiledModel<Outputs>;

/**
 * @param compile changes the prepared model in place, and says which outputs hold what
 * @throws UserError `unsupported-precision`, and whatever reading, preparing and compiling throw
 */
export async function openModel<Outputs>(
  options: ExplainerOptions,
  compile: Compile<Outputs>,
): Promise<OpenedModel<Outputs>> {
  const precision = chosenPrecision(options);
  return buildModel(options, precision, compile, async ({ model, prepared, layers, outputs, optimizers, warnings }) => {
    if (precision === 'float16' && options.simulated) roundAround(model);
    const session = await openExplained(model, prepared.folder, options, optimizers);
    return { prepared, layers, outputs, session, warnings };
  });
}

/**
 * Reads, prepares and compiles a model, and hands it to `use`.
 * @param compile as `openModel`
 */
export async function buildModel<Outputs, Result>(
  options: ExplainerOptions,
  precision: Precision,
  compile: Compile<Outputs>,
  use: (built: BuiltModel<Outputs>) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'gradline-'));
  try {
    const source = await readSource(options.model, folder, options);
    const { prepared, tensors, verdict } = await prepareAsFound(source, options, folder);
    const doubts = options.pixels === undefined ? [] : checkInputValues(source, prepared, options.pixels);
    const layers = withGrids(tensors, prepared, source);
    const turned = viewWarnings(pictureViews(prepared.graph, prepared.sizes), layers);
    const { model, outputs, inHalf } = compile(prepared, layers);
    if (precision === 'float16' && inHalf !== undefined) await halve(model, inHalf, prepared.folder);
    const warnings = [...source.warnings, ...prepared.score.doubts, ...doubts, ...turned, ...verdict.warnings];
    return await use({ model, source, prepared, layers, outputs, optimizers: verdict.optimizers, warnings });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How a session is to run. */
export type ExecutionOptions = Pick<
  ExplainerOptions,
  'providers' | 'precision' | 'simulated' | 'threads' | 'busyWaiting'
>;

/**
 * @param folder where the model's external weights lie
 * @param disabled optimizers that compute something else than the model says
 */
export async function openExplained(
  model: OnnxModel,
  folder: string,
  options: ExecutionOptions,
  disabled: readonly string[] = [],
): Promise<InferenceSession> {
  claimPrecision(options);
  const file = path.join(folder, 'explained.onnx');
  await writeModel(model, file);
  const settings = optimizerSettings(model.graph, disabled);
  return openSession(file, 'open the model with its gradients', {
    graphOptimizationLevel: 'all',
    executionProviders: executionProviders(options),
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    extra: {
      ...settings,
      session: { ...settings.session, intra_op: { allow_spinning: (options.busyWaiting ?? true) ? '1' : '0' } },
    },
  });
}

function executionProviders(options: ExecutionOptions) {
  return options.providers ?? ['cpu'];
}

/** Only ONNX Runtime's CPU provider for x64 keeps a blocked layout. */
export function gateForm(options: ExplainerOptions): GateForm {
  if (options.gates !== undefined) return options.gates;
  if (options.simulated || firstProvider(options.providers) !== 'cpu') return 'selected';
  return process.arch === 'x64' ? 'blocked' : 'multiplied';
}

/** Prepares the model, tries it, and prepares it again where that showed that it is computed wrongly. */
async function prepareAsFound(
  source: SourceModel,
  options: ExplainerOptions,
  folder: string,
): Promise<{ prepared: PreparedModel; tensors: ReadonlyMap<string, string>; verdict: Verdict }> {
  const first = await prepareWithHooks(source, options, folder, []);
  if (options.probe === false) return { ...first, verdict: nothingFound };
  const { pixels, inputSize, scoreActivation, inputs } = options;
  const rows = Object.keys(options.inputRows ?? {});
  const given = { pixels, inputSize, scoreActivation, inputs, rows, score: first.prepared.score };
  const file = await verdictFile(options.model, source, given);
  const verdict = await oneVerdict(file, () => probeModel(source, first.prepared, options, folder));
  const { prepared, tensors } =
    verdict.optimizers.length === 0 ? first : await prepareWithHooks(source, options, folder, verdict.optimizers);
  const score = scoreAsFound(prepared, verdict.score);
  return { prepared: { ...prepared, score }, tensors, verdict };
}

/** Hooked tensors are pinned before simplification; `last` can only be found after one. */
async function prepareWithHooks(
  source: SourceModel,
  options: ExplainerOptions,
  folder: string,
  disabled: readonly string[],
): Promise<{ prepared: PreparedModel; tensors: ReadonlyMap<string, string> }> {
  const requested = {
    batchSize: options.batchSize ?? defaultBatchSize,
    ...(options.inputSize === undefined ? {} : { inputSize: options.inputSize }),
  };
  const named = resolveTensors(options.layers, source);
  // The input needs no pinning, and cannot be an output of the model.
  const inputs = new Set(source.model.graph.input.map(({ name }) => name));
  const made = (tensors: Iterable<string>) => [...tensors].filter((tensor) => !inputs.has(tensor));
  const first = await prepare(source, requested, made(named.values()), folder, disabled);
  if (!options.layers.includes(lastLayer)) return { prepared: first, tensors: named };
  const needsGradients = options.methods?.every((method) => gradientFreeMethods.includes(method)) !== true;
  const last = requireLastLayer(first, source, needsGradients);
  const tensors = new Map(options.layers.map((layer) => [layer, named.get(layer) ?? last] as const));
  const second = await prepare(source, requested, made(tensors.values()), folder, disabled);
  // By then the first has written its batch size into the model.
  const { batchFree, batchReason } = first.sizes;
  return { prepared: { ...second, sizes: { ...second.sizes, batchFree, batchReason } }, tensors };
}
