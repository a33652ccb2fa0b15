/** Sorting the table of classes. */

export const classColumns = [
  { name: 'support', title: 'images', meaning: 'Images with this label.' },
  { name: 'recall', title: 'recall', meaning: 'Share of the images with this label that are predicted as it.' },
  {
    name: 'precision',
    title: 'precision',
    meaning: 'Share of the images predicted as this class that have its label.',
  },
  { name: 'f1', title: 'F1', meaning: 'Harmonic mean of precision and recall: low when either is.' },
  {
    name: 'falseNegatives',
    title: 'missed',
    meaning: 'False negatives: images with this label that are predicted as another class.',
  },
  {
    name: 'falsePositives',
    title: 'false alarms',
    meaning: 'False positives: images predicted as this class that have another label.',
  },
] as const;

type ClassColumn = (typeof classColumns)[number]['name'];

export interface ClassOrder<Column extends string = ClassColumn> {
  by: Column | 'name';
  descending: boolean;
}

/** Classes without a value come last either way; equal ones by index. */
export function sortClasses<Column extends string, Row extends Record<Column, number | null> & { class: number }>(
  classes: readonly Row[],
  { by, descending }: ClassOrder<Column>,
  nameOf: (index: number) => string,
): Row[] {
  const direction = descending ? -1 : 1;
  return [...classes].sort((a, b) => {
    if (by === 'name') return direction * nameOf(a.class).localeCompare(nameOf(b.class), 'en');
    const left: number | null = a[by];
    const right: number | null = b[by];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a.class - b.class;
    return direction * (left - right) || a.class - b.class;
  });
}
