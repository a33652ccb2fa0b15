/** Gradline's library for texts: relevance of the tokens of an ONNX text classifier. */

import { isMainThread } from 'node:worker_threads';
import { disableTelemetry } from '../explain/onnx/telemetry.ts';

export { UserError } from '../explain/user-error.ts';
export type {
  Baseline,
  TextExplainerOptions,
  TextExplanation,
  TextMethod,
  TokenRelevance,
  TokenSequence,
} from './options.ts';
export { TextExplainer } from './text-explainer.ts';
export { type EncodedText, TextTokenizer, type Token } from './tokenizer.ts';
export { type Piece, piecesOf } from './words.ts';

// Threads that the importing program starts from here on inherit it.
if (isMainThread) disableTelemetry();
