/** Explaining single texts with the fixtures' classifiers. */

import type { TextExplainerOptions, TextExplanation, TokenSequence } from '../../src/text/options.ts';
import { TextExplainer } from '../../src/text/text-explainer.ts';
import { TextTokenizer } from '../../src/text/tokenizer.ts';
import { fixture } from './fixtures.ts';

export type Network = 'bert' | 'cnn';

export function openNetwork(network: Network, options: Partial<TextExplainerOptions> = {}): Promise<TextExplainer> {
  // One thread: models this small only lose by sharing the work.
  return TextExplainer.open({ model: fixture(`${network}/model.onnx`), threads: 1, ...options });
}

export async function sequences(texts: readonly string[]): Promise<TokenSequence[]> {
  const tokenizer = await TextTokenizer.open(fixture('tokenizer.json'));
  const encoded = await tokenizer.encode(texts, 64);
  return encoded.map(({ tokens, typeIds }) => ({ ids: tokens.map(({ id }) => id), typeIds }));
}

/** Explains each text in a batch of its own. */
export async function oneByOne(explainer: TextExplainer, texts: readonly TokenSequence[]): Promise<TextExplanation[]> {
  const explained: TextExplanation[] = [];
  for (const text of texts) explained.push(...(await explainer.explain([text])));
  return explained;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
