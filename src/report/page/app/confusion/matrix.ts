/** Which part of a confusion matrix is shown, and its cells. */

import type { ConfusionCell } from '../../../contract.ts';
import { Tally } from '../../../tally.ts';

export interface Matrix {
  /** Class indices of rows (true) and columns (predicted), in the same order. */
  classes: number[];
  /** `[classes, classes]`, row by row. */
  counts: number[];
  /** Images of each row's label in the whole run, shown or not. */
  totals: number[];
}

/**
 * The classes that take part in most mistakes, those that are confused with each other beside each other.
 * @param wanted only these classes and those that they are confused with; null: any
 */
export function confusionMatrix(
  confusion: readonly ConfusionCell[],
  size: number,
  wanted: ReadonlySet<number> | null,
): Matrix {
  const mistakes = confusion.filter(({ label, predicted }) => label !== predicted);
  const relevant = wanted
    ? mistakes.filter(({ label, predicted }) => wanted.has(label) || wanted.has(predicted))
    : mistakes;
  const classes = besideEachOther(mostConfused(relevant, size, wanted), relevant);
  if (wanted === null && classes.length < size) addCorrect(classes, confusion, size);
  const places = new Map(classes.map((index, place) => [index, place]));
  const counts = new Array<number>(classes.length ** 2).fill(0);
  const support = new Tally<number>();
  for (const { label, predicted, count } of confusion) {
    support.add(label, count);
    const [row, column] = [places.get(label), places.get(predicted)];
    if (row !== undefined && column !== undefined) counts[row * classes.length + column] = count;
  }
  return { classes, counts, totals: classes.map((index) => support.of(index)) };
}

/** The classes of the most frequent pairs; between equally frequent ones, those of classes with more mistakes. */
function mostConfused(mistakes: readonly ConfusionCell[], size: number, wanted: ReadonlySet<number> | null): number[] {
  const amounts = new Tally<number>();
  for (const { label, predicted, count } of mistakes) {
    amounts.add(label, count);
    amounts.add(predicted, count);
  }
  const amount = ({ label, predicted }: ConfusionCell) => amounts.of(label) + amounts.of(predicted);
  const chosen = new Set<number>([...amounts.keys()].filter((index) => wanted?.has(index)).slice(0, size));
  for (const pair of [...mistakes].sort((a, b) => b.count - a.count || amount(b) - amount(a))) {
    const added = [pair.label, pair.predicted].filter((index) => !chosen.has(index));
    if (chosen.size + added.length > size) continue;
    for (const index of added) chosen.add(index);
  }
  return [...chosen];
}

/** Begins with the most confused class and goes on to the one that is most often confused with those before it. */
function besideEachOther(classes: readonly number[], mistakes: readonly ConfusionCell[]): number[] {
  const between = new Map<number, Tally<number>>();
  const add = (a: number, b: number, count: number) => {
    const row = between.get(a) ?? new Tally<number>();
    row.add(b, count);
    between.set(a, row);
  };
  for (const { label, predicted, count } of mistakes) {
    add(label, predicted, count);
    add(predicted, label, count);
  }
  const left = new Set(classes);
  const ordered: number[] = [];
  while (left.size > 0) {
    const last = ordered.at(-1);
    const near = (last === undefined ? undefined : between.get(last)) ?? new Tally<number>();
    let [next] = left;
    let most = 0;
    for (const candidate of left) {
      const count = near.of(candidate);
      if (count > most) {
        most = count;
        next = candidate;
      }
    }
    if (next === undefined) break;
    left.delete(next);
    ordered.push(next);
  }
  return ordered;
}

/** Small sets show classes without mistakes as well. */
function addCorrect(classes: number[], confusion: readonly ConfusionCell[], size: number): void {
  const known = new Set(classes);
  const others = [...new Set(confusion.map(({ label }) => label))]
    .filter((index) => !known.has(index))
    .sort((a, b) => a - b);
  classes.push(...others.slice(0, size - classes.length));
}
