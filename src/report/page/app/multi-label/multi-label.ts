/** What the page knows of a run whose images may have several labels: each class is decided by itself. */

import { signal } from '@preact/signals';
import { at } from '../../../../explain/at.ts';
import type { MultiLabelClass } from '../../../contract.ts';
import { unpackFloats, unpackIntegers } from '../../packed-array.ts';
import type { ClassFile, MultiLabelColumns, PageMissingLabel, PageMultiLabel } from '../../page-data.ts';

export type MultiLabel = ReturnType<typeof openMultiLabel>;

/** One class of every image, by row. */
export interface ClassColumns {
  /** NaN: below the record's floor. */
  scores: Float32Array;
  /** 1: true, 0: not, -1: unknown. */
  truth: Int32Array;
  /** Place of its map in the report's maps; -1: none. */
  maps: Int32Array;
}

export function openMultiLabel(findings: PageMultiLabel, images: MultiLabelColumns) {
  const labels = unpackIntegers(images.labels);
  const decided = unpackIntegers(images.decided);
  const falsePositives = unpackIntegers(images.falsePositives);
  const falseNegatives = unpackIntegers(images.falseNegatives);
  const missing = new Map<number, PageMissingLabel[]>();
  for (const one of findings.missingLabels) missing.set(one.row, [...(missing.get(one.row) ?? []), one]);
  /** Those that were loaded; a view that reads one is drawn again when it comes. */
  const loaded = signal<ReadonlyMap<number, ClassColumns>>(new Map());

  return {
    ...findings,
    isLabelled: (row: number): boolean => at(labels, row) >= 0,
    /** How many classes are decided, and how many of the decisions about the image are wrong. */
    countsOf: (row: number) => ({
      decided: at(decided, row),
      falsePositives: at(falsePositives, row),
      falseNegatives: at(falseNegatives, row),
    }),
    mistakesOf: (row: number): number => at(falsePositives, row) + at(falseNegatives, row),
    missingOf: (row: number): readonly PageMissingLabel[] => missing.get(row) ?? [],
    isMissing: (row: number, index: number): boolean => missing.get(row)?.some((one) => one.class === index) ?? false,
    classOf: (index: number): MultiLabelClass | undefined => findings.classes[index],
    /** Of the run. */
    thresholdOf: (index: number): number => findings.classes[index]?.threshold ?? 0.5,
    /** Null until it is loaded. */
    columnsOf: (index: number): ClassColumns | null => loaded.value.get(index) ?? null,
    receive(index: number, { scores, truth, maps }: ClassFile): void {
      const columns = { scores: unpackFloats(scores), truth: unpackIntegers(truth), maps: unpackIntegers(maps) };
      loaded.value = new Map([...loaded.value, [index, columns]]);
    },
  };
}
