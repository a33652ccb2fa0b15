/** The words of a text, and those that carry its classes. */

import type { DoneText, RelevanceRecord } from '../record.ts';
import { piecesOf } from '../words.ts';

export interface TextWords {
  /** Ids of its words, each once. */
  words: Uint32Array;
  /** By explained class: ids of the words that speak most for it. Empty where its relevance says nothing. */
  carriers: ReadonlyMap<number, readonly number[]>;
}

/** Words by number, so that many texts take little memory. */
export class Vocabulary {
  readonly words: string[] = [];
  readonly #ids = new Map<string, number>();

  idOf(word: string): number {
    const known = this.#ids.get(word);
    if (known !== undefined) return known;
    this.#ids.set(word, this.words.length);
    return this.words.push(word) - 1;
  }
}

/** A word carries a class that speaks for it at least this much, as a share of the word that speaks most. */
const carryingShare = 0.5;

/** Words that the model saw, in lower case; a word that occurs twice speaks with both. */
export function textWords({ text, tokens, relevance }: DoneText, vocabulary: Vocabulary): TextWords {
  const pieces = piecesOf(text, tokens)
    .filter((piece) => piece.tokens.length > 0 && /[\p{L}\p{N}]/u.test(piece.text))
    .map((piece) => ({ id: vocabulary.idOf(piece.text.normalize('NFKC').toLowerCase()), tokens: piece.tokens }));
  const carriers = new Map<number, readonly number[]>();
  for (const own of relevance) {
    if (own.class < 0 || isContrast(own) || carriers.has(own.class)) continue;
    carriers.set(own.class, carriersOf(pieces, own));
  }
  return { words: Uint32Array.from(new Set(pieces.map(({ id }) => id))), carriers };
}

/** Why one class and not another is not why the class. */
export function isContrast({ target }: RelevanceRecord): boolean {
  return /^class:.*-vs-/.test(target);
}

function carriersOf(
  pieces: readonly { id: number; tokens: readonly number[] }[],
  { values }: RelevanceRecord,
): readonly number[] {
  const sums = new Map<number, number>();
  for (const { id, tokens } of pieces) {
    const own = tokens.reduce((sum, token) => sum + (values[token] ?? 0), 0);
    sums.set(id, (sums.get(id) ?? 0) + own);
  }
  const most = Math.max(0, ...sums.values());
  return most === 0 ? [] : [...sums].flatMap(([id, value]) => (value >= carryingShare * most ? [id] : []));
}
