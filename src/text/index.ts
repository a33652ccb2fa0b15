/** Gradline's library for texts: relevance of the tokens of an ONNX text classifier. */

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
