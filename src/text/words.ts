/** Tokens put together to the words that a reader sees. */

import type { Token } from './tokenizer.ts';

/** A part of the text, in code points. */
export interface Piece {
  text: string;
  start: number;
  end: number;
  /** Positions of its tokens; none for white space and for what the model did not see. */
  tokens: number[];
}

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * The whole text in pieces, in order: words as Unicode sees them (UAX 29), so the same for every tokenizer. Each token
 * belongs to one piece; words that share a token are one piece. Tokens that the tokenizer added belong to none.
 */
export function piecesOf(text: string, tokens: readonly Token[]): Piece[] {
  const characters = Array.from(text);
  const pieces = segments(text);
  const pieceAt = new Int32Array(characters.length);
  pieces.forEach(({ start, end }, index) => {
    pieceAt.fill(index, start, end);
  });
  /** For each piece the last one that it is joined with. */
  const joined = pieces.map((_, index) => index);
  const first = tokens.map(({ start, end }): number | undefined => {
    if (start === null || end === null) return undefined;
    const [from, to] = withoutSpace(characters, start, end);
    const piece = pieceAt[from];
    if (piece === undefined) return undefined;
    joined[piece] = Math.max(joined[piece] ?? piece, pieceAt[Math.max(from, to - 1)] ?? piece);
    return piece;
  });
  const merged: Piece[] = [];
  const target = new Map<number, Piece>();
  let until = -1;
  pieces.forEach((piece, index) => {
    const open = merged.at(-1);
    if (index <= until && open !== undefined) {
      open.text += piece.text;
      open.end = piece.end;
    } else merged.push({ ...piece, tokens: [] });
    until = Math.max(until, joined[index] ?? index);
    const own = merged.at(-1);
    if (own !== undefined) target.set(index, own);
  });
  first.forEach((piece, token) => {
    if (piece !== undefined) target.get(piece)?.tokens.push(token);
  });
  return merged;
}

function segments(text: string): Omit<Piece, 'tokens'>[] {
  let start = 0;
  return Array.from(segmenter.segment(text), ({ segment }) => {
    const end = start + Array.from(segment).length;
    const piece = { text: segment, start, end };
    start = end;
    return piece;
  });
}

/** Byte-level tokenizers count the space before a word to it. */
function withoutSpace(characters: readonly string[], start: number, end: number): [number, number] {
  let [from, to] = [start, end];
  while (from < to - 1 && isSpace(characters[from])) from++;
  while (to > from + 1 && isSpace(characters[to - 1])) to--;
  return [from, to];
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && /^\s$/u.test(character);
}
