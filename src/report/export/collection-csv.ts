/** The collection list as a table for people. */

import type { Findings } from '../contract.ts';
import { csvText } from './csv-text.ts';

/** Two files: what to collect, and the images that each item was found from. */
export function collectionCsv({ collect, classNames }: Pick<Findings, 'collect' | 'classNames'>): {
  items: string;
  images: string;
} {
  const nameOf = (index: number | null) => (index === null ? null : (classNames[index] ?? null));
  return {
    items: csvText([
      ['rank', 'class', 'class_name', 'mistakes', 'what_to_collect', 'from', 'also_from', 'images'],
      ...collect.map((item) => [
        item.rank,
        item.class,
        nameOf(item.class),
        item.mistakes,
        item.sentence,
        item.from,
        item.alsoFrom.join(' '),
        item.images.length,
      ]),
    ]),
    images: csvText([
      ['rank', 'class', 'class_name', 'key'],
      ...collect.flatMap((item) => item.images.map((key) => [item.rank, item.class, nameOf(item.class), key])),
    ]),
  };
}
