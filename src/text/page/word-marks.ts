/** A text with its words marked by how much they speak for or against the class. */

import type { DoneText, RelevanceRecord } from '../record.ts';
import { type Piece, piecesOf } from '../words.ts';
import { escaped, signedNumber } from './markup.ts';

/** Words below this share of the strongest one are left plain: colour would say more than the numbers do. */
const faintest = 0.05;
const mostListed = 5;

interface MarkedPiece extends Piece {
  /** Sum of its tokens' relevance. */
  value: number;
  /** Magnitude relative to the strongest word, 0 to 1. */
  strength: number;
}

/** The text as a paragraph and its strongest words as a list in words. */
export function markedText(record: DoneText, relevance: RelevanceRecord): string {
  const pieces = markedPieces(record, relevance);
  const seenUntil = record.truncated ? Math.max(0, ...record.tokens.map(({ end }) => end ?? 0)) : Infinity;
  const seen = pieces.filter(({ start }) => start < seenUntil);
  const unseen = pieces.filter(({ start }) => start >= seenUntil);
  const rest = unseen.map(({ text }) => text).join('');
  const cut = record.truncated
    ? `<span class="unseen">${escaped(rest)}</span> <small class="cut">[the model did not see the text from here on: it is too long]</small>`
    : '';
  return `<p class="text" dir="auto">${seen.map(mark).join('')}${cut}</p>\n${strongest(pieces)}`;
}

function markedPieces(record: DoneText, { values }: RelevanceRecord): MarkedPiece[] {
  const pieces = piecesOf(record.text, record.tokens).map((piece) => ({
    ...piece,
    value: piece.tokens.reduce((sum, token) => sum + (values[token] ?? 0), 0),
  }));
  const largest = pieces.reduce((most, { value }) => Math.max(most, Math.abs(value)), 0);
  return pieces.map((piece) => ({ ...piece, strength: largest === 0 ? 0 : Math.abs(piece.value) / largest }));
}

function mark({ text, value, strength }: MarkedPiece): string {
  if (strength < faintest) return escaped(text);
  const side = value < 0 ? 'against' : 'for';
  const number = `<span class="number"> ${signedNumber(value)}</span>`;
  return `<span class="word ${side}" tabindex="0" style="--strength:${strength.toFixed(2)}">${escaped(text)}${number}</span>`;
}

/** The same in words, for readers who do not see colours or the page at all. */
function strongest(pieces: readonly MarkedPiece[]): string {
  const list = (side: MarkedPiece[]) =>
    side
      .filter(({ strength }) => strength >= faintest)
      .sort((a, b) => b.strength - a.strength)
      .slice(0, mostListed)
      .map(({ text, value }) => `<bdi>${escaped(text)}</bdi>&nbsp;${signedNumber(value)}`)
      .join(', ');
  const lines = [
    ['For', list(pieces.filter(({ value }) => value > 0))],
    ['Against', list(pieces.filter(({ value }) => value < 0))],
  ];
  return lines
    .filter(([, words]) => words !== '')
    .map(([side, words]) => `<p class="strongest"><b>${side}:</b> ${words}</p>`)
    .join('\n');
}
