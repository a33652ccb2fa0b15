import type { RunColumns } from './run-columns.ts';

export interface ChoiceLimits {
  /** Mistakes in all, and of one predicted class. Default 20,000 and 600. */
  mistakes?: number;
  mistakesOfClass?: number;
  /** Correct images in all, and of one class. Default 20,000 and 400. */
  correct?: number;
  correctOfClass?: number;
}

/**
 * Whose evidence is read, in ascending order: mistakes, and for each class some correct images. Where there are more than the limits,
 * images at equal steps through the run are taken, so the same run gives the same choice.
 */
export function chooseImages(run: RunColumns, limits: ChoiceLimits = {}): Int32Array {
  const { mistakes = 20_000, mistakesOfClass = 600, correct = 20_000, correctOfClass = 400 } = limits;
  const wrong = new Map<number, number[]>();
  const right = new Map<number, number[]>();
  for (let row = 0; row < run.label.length; row += 1) {
    const [label = -1, predicted = -1] = [run.label[row], run.predicted[row]];
    if (label < 0 || predicted < 0) continue;
    const groups = label === predicted ? right : wrong;
    const group = groups.get(predicted);
    if (group === undefined) groups.set(predicted, [row]);
    else group.push(row);
  }
  const rows = [
    ...everyFew(
      [...wrong.values()].flatMap((group) => everyFew(group, mistakesOfClass)),
      mistakes,
    ),
    ...everyFew(
      [...right.values()].flatMap((group) => everyFew(group, correctOfClass)),
      correct,
    ),
  ];
  return Int32Array.from(rows).sort();
}

/** At most `most` of the rows, at equal steps. */
export function everyFew<T>(rows: T[], most: number): T[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]).filter(
    (row) => row !== undefined,
  );
}
