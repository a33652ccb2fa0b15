/** Mistakes as points in views that were not used to group them: a group that shares something shows it there, too. */

import { everyFew } from './choose-images.ts';
import type { SeenMaps } from './find-clusters.ts';
import { range } from './numbers.ts';
import { centroid, evidenceColumns, heatmapColumns, joined, type Point } from './points.ts';
import { principalComponents } from './principal-components.ts';
import type { Sample } from './run-columns.ts';

const dimensions = 24;
/** The many columns of all views cost the most; the space that their strongest components span is what counts, not each of them. */
const roundsOfAll = 12;
/** Mistakes of other classes that a class's are held against, and correct images that say how a class usually looks. */
const mostOthers = 500;
const mostCorrect = 100;
/** With fewer mistakes of other classes, correct images are taken in. */
const fewMistakes = 60;
/** With fewer correct images of a class, it is compared with those of all classes. */
const fewestCorrect = 5;

export interface Looks {
  /** Points of the class's mistakes, in the order given, and of mistakes for other classes. */
  own: Point[];
  others: Point[];
}

/**
 * What earlier layers see for the true class, less what they usually see in that class: the answer has not shaped it, and neither has the thing in
 * the picture.
 *
 * @param wrong rows of the sample: mistakes of one predicted class
 * @param others mistakes for other classes
 */
export function earlyLooks(wrong: readonly number[], others: readonly number[], sample: Sample, maps: SeenMaps): Looks {
  const rows = [...wrong, ...others];
  const correct = correctOf(new Set(rows.map((row) => sample.label[row] ?? -1)), sample);
  const columns = evidenceColumns(maps.label, [...rows, ...correct]);
  const byClass = grouped(correct, sample, (at) => columns[rows.length + at] ?? []);
  const everywhere = centroid(columns.slice(rows.length));
  const usual = new Map(
    [...byClass].map(([label, own]) => [label, own.length < fewestCorrect ? everywhere : centroid(own)]),
  );
  const centred = rows.map((row, at) => {
    const middle = usual.get(sample.label[row] ?? -1) ?? everywhere;
    return (columns[at] ?? []).map((value, column) => value - (middle[column] ?? 0));
  });
  return parted(principalComponents(centred, dimensions), wrong.length);
}

/** All that is known of what a mistake was made of and of what its picture holds. */
export function allLooks(wrong: readonly number[], others: readonly number[], maps: SeenMaps): Looks {
  const rows = [...wrong, ...others];
  const columns = joined([
    evidenceColumns(maps.predicted, rows),
    evidenceColumns(maps.label, rows),
    ...maps.predicted.slice(0, 1).map((deepest) => heatmapColumns(deepest, rows)),
  ]);
  return parted(principalComponents(columns, dimensions, roundsOfAll), wrong.length);
}

/** Rows of mistakes for classes other than `predicted`, a few of many. */
export function otherMistakes(predicted: number, sample: Sample): number[] {
  return everyFew(
    range(sample.images.length).filter(
      (row) => sample.predicted[row] !== predicted && sample.predicted[row] !== sample.label[row],
    ),
    mostOthers,
  );
}

/** `others`, mistakes for classes other than `predicted`; where they are few, correct images of those classes, too. */
export function withCorrect(others: readonly number[], predicted: number, sample: Sample): readonly number[] {
  if (others.length >= fewMistakes) return others;
  const correct = range(sample.images.length).filter(
    (row) => sample.predicted[row] !== predicted && sample.predicted[row] === sample.label[row],
  );
  return [...others, ...everyFew(correct, fewMistakes - others.length)];
}

function correctOf(labels: ReadonlySet<number>, sample: Sample): number[] {
  const rows = range(sample.images.length).filter((row) => {
    const label = sample.label[row] ?? -1;
    return labels.has(label) && sample.predicted[row] === label;
  });
  return [...grouped(rows, sample, (_, row) => row).values()].flatMap((own) => everyFew(own, mostCorrect));
}

/** Something of each row, by the row's true class. */
function grouped<T>(rows: readonly number[], sample: Sample, of: (at: number, row: number) => T): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const [at, row] of rows.entries()) {
    const label = sample.label[row] ?? -1;
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [of(at, row)]);
    else group.push(of(at, row));
  }
  return groups;
}

function parted(points: Point[], own: number): Looks {
  return { own: points.slice(0, own), others: points.slice(own) };
}
