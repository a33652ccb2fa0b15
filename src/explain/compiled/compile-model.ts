/** From an ONNX classifier to an ONNX file that returns its scores and its explanations. */

import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { namesOf } from '../class-names.ts';
import { type CompiledOutputs, compile } from '../compile.ts';
import { halfGradientScale } from '../half-precision.ts';
import { sortMethods } from '../methods/methods.ts';
import { Builder, namePrefix } from '../onnx/builder.ts';
import { ElementType } from '../onnx/element-type.ts';
import { type BuiltModel, buildModel, openExplained } from '../open-model.ts';
import { type ExplainerOptions, graphMethodNames } from '../options.ts';
import { isBanded, pixelInput } from '../pixel-input.ts';
import { parseTargets, type Target } from '../target.ts';
import { UserError } from '../user-error.ts';
import type { CompileOptions } from './compile-options.ts';
import { describe, type NamedModel } from './describe.ts';
import type { CompiledDescription } from './description.ts';
import { FixedBatch, freeBatch } from './free-batch.ts';
import { storeHalves } from './half-weights.ts';
import { appendOutputs } from './outputs.ts';
import { anyClassInput, declareOutputs, dropUnused, nameInFile, present } from './present.ts';
import { standardForm } from './standard-form.ts';
import { StoredTensors } from './stored-tensors.ts';
import { answersOf, type TrialInputs } from './trial.ts';
import { tryFile } from './try-file.ts';
import { turnSquareWeights } from './turned-weights.ts';
import { writeCompiled } from './write-compiled.ts';

/** What `compileModel` made. */
export interface CompiledFile {
  /** The same that `readCompiledModel` reads from the file. */
  description: CompiledDescription;
  /** The file, and the one that holds its weights where that is another. */
  files: { path: string; bytes: number }[];
}

/**
 * Batch sizes that a model is compiled for to find out what follows the batch. Odd ones: sizes of layers are rarely multiples of them, so that
 * what is equal by chance in one is not in the other.
 */
const [probed, probedAgain] = [5, 11];

/** The largest deviation that rounding explains, as a share of an output's largest magnitude. */
const tolerance = { float32: 1e-3, float16: 3e-2 };

/**
 * Writes a self-contained ONNX file of official operators that returns a classifier's scores and its explanations: whoever runs ONNX files
 * can run it, without Gradline. Outputs are named `scores`, `map/<layer>/<method>/<target>`, and so on; `description` lists them.
 * The file is tried before it is left: it gives what an `Explainer` gives, for one picture and for several.
 * @throws UserError `method-not-in-graph` for methods that run the model several times, `batch-not-free`, `wrong-batch`, `no-pictures` (an overlay
 * without bytes to draw on), `missing-preprocessing`, `contrib-operators`, `name-taken`, `compiled-differs`, and as `Explainer.open`
 */
export async function compileModel(options: CompileOptions): Promise<CompiledFile> {
  check(options);
  const { batch } = options;
  if (typeof batch === 'number') {
    return withSized(options, batch, (sized) => {
      const { batchSize, batchReason } = sized.built.prepared.sizes;
      if (batchSize === batch) return finish(options, sized, batch);
      throw new UserError(
        'wrong-batch',
        `The batch cannot be ${batch}: ${batchReason ?? `the model takes ${batchSize}`}.`,
      );
    });
  }
  const free = await compileFree(options);
  if (!('fixed' in free)) return free;
  const { fixed, reason } = free;
  if (batch === 'free')
    throw new UserError('batch-not-free', `The batch cannot be free: ${reason}. Leave --batch out for ${fixed}.`);
  return withSized(options, fixed, (sized) => finish(options, sized, fixed, reason));
}

/** @throws UserError for what no model could give */
function check({ layers, methods, model, output, inputPixels, preprocessing }: CompileOptions): void {
  if (layers.length === 0) {
    throw new UserError('no-layers', "No layer was given. 'last' means the last layer with a spatial grid.");
  }
  const { repeated } = sortMethods(methods ?? []);
  if (repeated.length > 0) {
    throw new UserError(
      'method-not-in-graph',
      `${repeated.join(', ')} cannot be part of a file: it runs the model several times for each picture. Methods that can: ${graphMethodNames.join(', ')}.`,
    );
  }
  if (inputPixels === true && preprocessing === undefined) {
    throw new UserError(
      'missing-preprocessing',
      'A file that takes pixels has to know what they mean to the model. Give the preprocessing (range, mean, std, channels).',
    );
  }
  if (path.resolve(model) === path.resolve(output)) {
    throw new UserError('bad-setting', `The output '${output}' is the model itself. Give another file.`);
  }
}

interface FixedFor {
  fixed: number;
  reason: string;
}

async function compileFree(options: CompileOptions): Promise<CompiledFile | FixedFor> {
  return withSized(options, probed, async (first) => {
    const { batchFree, batchSize, batchReason = 'the model fixes it' } = first.built.prepared.sizes;
    if (!batchFree) return { fixed: batchSize, reason: batchReason };
    try {
      return await withSized(options, probedAgain, (second) => finish(options, first, 'free', undefined, second));
    } catch (error) {
      if (error instanceof FixedBatch) return { fixed: 1, reason: error.message };
      throw error;
    }
  });
}

/** A model that was compiled for one batch size, with the outputs that users see. */
interface Sized extends NamedModel {
  stored: StoredTensors;
}

async function withSized<Result>(
  options: CompileOptions,
  batchSize: number,
  use: (sized: Sized) => Promise<Result>,
): Promise<Result> {
  const { preprocessing, inputPixels = false, float16 = false, targets = ['predicted'], ...rest } = options;
  const layers = [...new Set(options.layers)];
  const methods = sortMethods([...new Set(options.methods ?? ['grad-cam' as const])]).graph;
  const pixels = inputPixels ? preprocessing : undefined;
  const opened: ExplainerOptions = { ...rest, layers, methods, batchSize, ...(pixels === undefined ? {} : { pixels }) };
  const ranked = new Set<string>();
  return buildModel(
    opened,
    float16 ? 'float16' : 'float32',
    (prepared, resolved) =>
      compile(prepared, {
        layers: resolved,
        methods,
        scoreActivation: options.scoreActivation ?? 'auto',
        capture: [],
        statistics: false,
        gates: float16 ? 'selected' : 'multiplied',
        gradientScale: float16 ? halfGradientScale : 1,
        pixels,
        targets: (classCount) => {
          const wanted = [...new Set(targets)].flatMap((text) => targetsOf(text, classCount, options));
          for (const { name, kind } of wanted) if (kind.from === 'rank') ranked.add(name);
          return wanted;
        },
      }),
    async (built) => {
      const { model, prepared, source } = built;
      const { input } = prepared.sizes;
      using stored = new StoredTensors(prepared.folder);
      if (float16) storeHalves(model, stored);
      const appended = new Builder(undefined, `${namePrefix}output/`);
      const outputs = appendOutputs(appended, built.outputs, input, prepared.sizes.batchSize, ranked, {
        evidence: options.evidence ?? false,
        upsample: options.upsample,
        overlay: options.overlay && { look: options.overlay, pictures: drawnOn(built, inputPixels) },
      });
      present(model, appended, outputs, { name: input.name, elementType: source.inputType });
      return use({ built, outputs, stored });
    },
  );
}

function targetsOf(text: string, classCount: number, options: CompileOptions): Target[] {
  if (text === 'any') return [{ name: text, kind: { from: 'label', input: anyClassInput } }];
  return parseTargets([text], classCount, namesOf(options));
}

/** The input that holds pictures to draw on. @throws UserError `no-pictures` */
function drawnOn({ prepared, source }: BuiltModel<CompiledOutputs>, inputPixels: boolean): string {
  const { input } = prepared.sizes;
  if (inputPixels && !isBanded(input)) return pixelInput;
  const takesBytes = source.inputType === ElementType.uint8 && input.layout === 'NHWC' && input.channels === 3;
  if (!inputPixels && takesBytes) return input.name;
  throw new UserError(
    'no-pictures',
    isBanded(input)
      ? `Overlays need a picture of red, green and blue to draw on, and the model's input '${input.name}' has ${input.channels} channels. Leave --overlay out and draw the map yourself.`
      : `Overlays need a picture of bytes to draw on, and the file takes '${input.name}' as the model does. Have it take pictures: --input-pixels with --preprocess.`,
  );
}

/**
 * Frees the batch where another size is given, writes the file and tries it.
 * @throws FixedBatch where it could not be freed
 */
async function finish(
  options: CompileOptions,
  sized: Sized,
  batch: 'free' | number,
  batchReason?: string,
  other?: Sized,
): Promise<CompiledFile> {
  const { built, outputs, stored } = sized;
  const { model, prepared, optimizers } = built;
  const { batchSize } = prepared.sizes;
  const precision = options.float16 === true ? 'float16' : 'float32';
  const reference = await openExplained(model, prepared.folder, {}, optimizers);
  const trial = trialInputs(sized, options.inputPixels ?? false);
  const expected = { answers: await answersOf(reference, trial, batchSize), count: batchSize };
  await reference.release();

  if (other !== undefined) {
    const otherModel = {
      model: other.built.model,
      batchSize: other.built.prepared.sizes.batchSize,
      stored: other.stored,
    };
    freeBatch({ model, batchSize, stored }, otherModel, trial.name);
    dropUnused(model.graph);
  }
  turnSquareWeights(model.graph);
  declareOutputs(model.graph, outputs, batch === 'free' ? 'N' : batch);
  const opset = standardForm(model, built.source.model.irVersion, options.contribOperators ?? false);
  const description = describe(options, sized, trial, { batch, batchReason, opset });
  const { describeIn } = await import('./description.ts');
  describeIn(model, description);
  await mkdir(path.dirname(path.resolve(options.output)), { recursive: true });
  const files = await writeCompiled(model, stored, options.output, options.externalData ?? false);
  try {
    const counts = batch === 'free' ? [probed, 1, 2] : [batch];
    const warnings = await tryFile(options.output, built, trial, expected, counts, tolerance[precision]);
    return { description: { ...description, warnings: [...description.warnings, ...warnings] }, files };
  } catch (error) {
    for (const each of files) await rm(each.path, { force: true });
    throw error;
  }
}

function trialInputs({ built }: Sized, inputPixels: boolean): TrialInputs {
  const { model, source, prepared, outputs } = built;
  const { input, rows } = prepared.sizes;
  const isBytes = inputPixels && !isBanded(input);
  const given = new Set(outputs.classInputs.map(nameInFile));
  return {
    name: inputPixels ? nameInFile(pixelInput) : input.name,
    elementType: inputPixels ? (isBytes ? ElementType.uint8 : ElementType.float32) : source.inputType,
    isSamples: inputPixels,
    picture: input,
    classes: model.graph.input.filter(({ name }) => given.has(name)).map(({ name }) => name),
    rows,
    classCount: outputs.classCount,
  };
}
