/** Tokens come together to words as a reader sees them. */

import { expect, test } from 'vitest';
import type { Token } from '../../src/text/tokenizer.ts';
import { piecesOf } from '../../src/text/words.ts';

const tokens = (...places: [number | null, number | null][]): Token[] =>
  places.map(([start, end], id) => ({ id, token: `t${id}`, start, end }));

/** Words with the positions of their tokens. */
const words = (text: string, list: Token[]) =>
  piecesOf(text, list)
    .filter((piece) => piece.tokens.length > 0)
    .map((piece) => [piece.text, piece.tokens]);

test('subwords join, added tokens belong nowhere, and the pieces are the whole text', () => {
  const text = 'Snowfall, again!';
  const list = tokens([null, null], [0, 4], [4, 8], [8, 9], [10, 15], [15, 16], [null, null]);
  expect(words(text, list)).toEqual([
    ['Snowfall', [1, 2]],
    [',', [3]],
    ['again', [4]],
    ['!', [5]],
  ]);
  const pieces = piecesOf(text, list);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  expect(pieces.map(({ start, end }) => [start, end])).toEqual([
    [0, 8],
    [8, 9],
    [9, 10],
    [10, 15],
    [15, 16],
  ]);
});

test('pieces of a word that a tokenizer splits at its apostrophe are one word', () => {
  expect(words("don't go", tokens([0, 3], [3, 4], [4, 5], [6, 8]))).toEqual([
    ["don't", [0, 1, 2]],
    ['go', [3]],
  ]);
});

test('a token that reaches over words makes them one', () => {
  expect(words('in New York now', tokens([0, 2], [3, 11], [12, 15]))).toEqual([
    ['in', [0]],
    ['New York', [1]],
    ['now', [2]],
  ]);
});

test('a space that counts to the token before or behind does not move it', () => {
  expect(words('a good film', tokens([0, 1], [1, 6], [6, 11]))).toEqual([
    ['a', [0]],
    ['good', [1]],
    ['film', [2]],
  ]);
});

test('an emoji of several characters is one word, with all its tokens', () => {
  const text = 'ok 👩‍👩‍👧 yes';
  expect(words(text, tokens([0, 2], [3, 4], [4, 5], [5, 8], [9, 12]))).toEqual([
    ['ok', [0]],
    ['👩‍👩‍👧', [1, 2, 3]],
    ['yes', [4]],
  ]);
});

test('no text has no pieces', () => {
  expect(piecesOf('', tokens([null, null]))).toEqual([]);
});
