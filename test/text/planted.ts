/** Weather reports with the words that decide their classes, as test/oracle/text/sentences.py plants them. */

import type { TextMethod } from '../../src/text/options.ts';
import type { TextExplainer } from '../../src/text/text-explainer.ts';
import { TextTokenizer } from '../../src/text/tokenizer.ts';
import { piecesOf } from '../../src/text/words.ts';
import { fixture } from './fixtures.ts';

const words: Record<number, string[]> = {
  1: ['sunny', 'sunshine', 'bright', 'cloudless', 'scorching', 'heatwave'],
  2: ['rain', 'rainy', 'drizzle', 'downpour', 'showers', 'umbrella'],
  3: ['snow', 'snowfall', 'blizzard', 'frosty', 'icicles', 'sledging'],
};

export const planted = Object.entries(words).flatMap(([label, list]) =>
  list.map((word) => ({ label: Number(label), word })),
);

/** What stands before and after the word. */
export const frames: [string, string][] = [
  ['The report says', 'in the valley this morning.'],
  ['Everyone expects', 'on the coast today'],
  ['I remember', 'in my garden until midnight, so take your time!'],
];

export interface StrongestWord {
  method: TextMethod;
  /** The word with the largest magnitude, its tokens added up. */
  strongest: string;
  value: number;
  /** The predicted class. */
  predicted: number;
}

/** Of the explainer's first target, by method. */
export async function strongestWord(explainer: TextExplainer, text: string, label: number): Promise<StrongestWord[]> {
  const tokenizer = await TextTokenizer.open(fixture('tokenizer.json'));
  const [encoded] = await tokenizer.encode([text], 64);
  const tokens = encoded?.tokens ?? [];
  const [explained] = await explainer.explain([{ ids: tokens.map(({ id }) => id), label }]);
  const logits = explained?.logits ?? new Float32Array();
  const predicted = logits.indexOf(Math.max(...logits));
  return (explained?.relevance ?? []).map(({ method, values }) => {
    const pieces = piecesOf(text, tokens).map((piece) => ({
      strongest: piece.text,
      value: piece.tokens.reduce((sum, token) => sum + (values[token] ?? 0), 0),
    }));
    const none = { strongest: '', value: 0 };
    const first = pieces.reduce((most, piece) => (Math.abs(piece.value) > Math.abs(most.value) ? piece : most), none);
    return { method, ...first, predicted };
  });
}
