/** Findings on words in plain words with numbers. */

import type { WordFinding } from './contract.ts';

export function wordSentence(
  { word, class: index, count, falsePositives, rate, otherwise, carries, kind }: Omit<WordFinding, 'sentence'>,
  nameOf: (index: number) => string,
): string {
  const name = nameOf(index);
  const without = otherwise === null ? '' : `, against ${percent(otherwise)} of those without it`;
  const { outOf, truePositives } = carries;
  const inRight =
    outOf === 0
      ? `No text is rightly ${name}.`
      : `It speaks as much in ${truePositives} of the ${outOf} that are rightly ${name}.`;
  const advice =
    kind === 'cue'
      ? `What comes with \u201c${word}\u201d is taken for ${name}: collect texts with it that are not ${name}, and texts that are ${name} without it.`
      : `It is a word of ${name} that is believed wherever it stands: collect texts with \u201c${word}\u201d that are not ${name}.`;
  return (
    `${count} of the ${falsePositives} texts falsely taken for ${name} hold \u201c${word}\u201d, which is among the words that speak most for it in ${carries.falsePositives} of them. ` +
    `Of the texts with it that are not ${name}, ${percent(rate)} are taken for ${name}${without}. ${inRight} ${advice}`
  );
}

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 1 ? `${value.toFixed(1)}%` : `${Math.round(value)}%`;
}
