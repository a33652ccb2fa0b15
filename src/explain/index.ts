/** Gradline's library: explanations of an ONNX image classifier, for the cost of a forward pass. */

import { isMainThread } from 'node:worker_threads';
import { disableTelemetry } from './onnx/telemetry.ts';

export { type CompiledFile, compileModel } from './compiled/compile-model.ts';
export type { CompileOptions } from './compiled/compile-options.ts';
export type {
  CompiledDescription,
  CompiledInput,
  CompiledOutput,
  DescribedPreprocessing,
} from './compiled/description.ts';
export type { OverlayLook } from './compiled/picture.ts';
export { readCompiledModel } from './compiled/read-compiled.ts';
export { Explainer } from './explainer.ts';
export type {
  ActivationStatistics,
  CapturedTensor,
  Explanation,
  HookedLayer,
  LayerMaps,
  ModelInput,
} from './explanation.ts';
export {
  type BaselineFaithfulness,
  Evaluator,
  type Faithfulness,
  type PictureFaithfulness,
} from './faithfulness/evaluator.ts';
export type { PictureMap, Similarity } from './faithfulness/randomisation-check.ts';
export { describeLayers, type ModelDescription } from './layers/describe.ts';
export type { LayerDescription } from './layers/list-layers.ts';
export type {
  BatchOptions,
  ExplainerOptions,
  Fusion,
  InputRow,
  InputValue,
  MethodName,
  PixelScaling,
  Precision,
  ScoreActivation,
} from './options.ts';
export { UserError } from './user-error.ts';

// Threads that the importing program starts from here on inherit it.
if (isMainThread) disableTelemetry();
