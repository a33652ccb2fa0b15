/** Labels from a table with a column for each class: 1 where it is true, 0 where it is not, -1 or nothing where that is not known. */

import { type ClassNames, parseClassIndex } from '../explain/class-names.ts';
import { UserError } from '../explain/user-error.ts';
import type { TableRow } from '../shared/run/keyed-table.ts';
import type { LabelsOf } from './label.ts';
import type { LabelTable, LabelTableSettings } from './label-lookup.ts';
import { TableKeys } from './table-keys.ts';

/** The column of each class that has one. */
export type ClassColumns = ReadonlyMap<number, number>;

/** Null where no column is called like a class. @param classNames without them a class's column is called by its index */
export function classColumns(columns: readonly string[], classNames: ClassNames | null): ClassColumns | null {
  const found = new Map<number, number>();
  for (const [place, name] of columns.entries()) {
    if (name === 'key') continue;
    if (classNames === null) {
      const index = parseClassIndex(name);
      if (index !== null) found.set(index, place);
    } else if (classNames.has(name)) found.set(classNames.classIndex(name), place);
  }
  return found.size === 0 ? null : found;
}

const [zero, one, minusOne, empty] = [0, 1, 2, 3];

const codes = new Map([
  ...['1', 'true', 'yes', 'y', 't'].map((text): [string, number] => [text, one]),
  ...['0', 'false', 'no', 'n', 'f'].map((text): [string, number] => [text, zero]),
  ...['', 'nan', 'na', 'n/a', 'null', 'none', '?'].map((text): [string, number] => [text, empty]),
  ['-1', minusOne],
]);

export class LabelColumns {
  readonly #location: string;
  readonly #classNames: ClassNames | null;
  readonly #values: LabelTableSettings['values'];
  readonly #rows = new Map<string, Uint8Array>();
  #classCount: number;
  /** How often each code was met. */
  readonly #met = [0, 0, 0, 0];

  constructor(location: string, classNames: ClassNames | null, values: LabelTableSettings['values']) {
    this.#location = location;
    this.#classNames = classNames;
    this.#values = values;
    this.#classCount = classNames?.names.length ?? 0;
  }

  add(key: string, { cells, line, columns }: TableRow, places: ClassColumns): void {
    for (const index of places.keys()) this.#classCount = Math.max(this.#classCount, index + 1);
    const row = new Uint8Array(this.#classCount).fill(empty);
    for (const [index, place] of places) {
      const code = this.#codeOf(cells[place]);
      if (code === undefined) {
        const asked = this.#values === undefined ? '1, 0, -1 or nothing' : this.#values.join(', ');
        throw new UserError(
          'bad-labels',
          `${this.#location}, line ${line}: the column '${columns[place]}' is that of a class and holds '${cells[place]}', which is not one of ${asked}. ` +
            '--label-values says what the cells mean.',
        );
      }
      row[index] = code;
      this.#met[code] = (this.#met[code] ?? 0) + 1;
    }
    const known = this.#rows.get(key);
    if (known?.some((code, index) => code !== row[index]) === true) {
      throw new UserError('bad-labels', `${this.#location} has two rows for ${key} that differ (line ${line}).`);
    }
    this.#rows.set(key, row);
  }

  #codeOf(cell: unknown): number | undefined {
    const text = cell === null || cell === undefined ? '' : String(cell).trim().toLowerCase();
    const plain = text !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text;
    if (this.#values === undefined) return codes.get(plain);
    const [yes, no, unknown] = this.#values.map((value) => value.toLowerCase());
    if (text === yes || plain === yes) return one;
    if (text === no || plain === no) return zero;
    return text === unknown || plain === unknown || text === '' ? empty : undefined;
  }

  finish(): LabelTable {
    const [zeros = 0, ones = 0, minusOnes = 0, empties = 0] = this.#met;
    if (ones === 0) {
      throw new UserError(
        'bad-labels',
        `${this.#location} has columns for classes, and no cell says that one is true. --label-values says what the cells mean.`,
      );
    }
    const noByMinus = zeros === 0 && empties === 0 && minusOnes > 0;
    const isNot = noByMinus ? minusOne : zero;
    const keys = new TableKeys(this.#location, this.#rows);
    const labelsOf: LabelsOf = ({ key }) => {
      const row = keys.find(key);
      if (row === undefined) return { label: null, labels: null };
      const labels: number[] = [];
      const unknown: number[] = [];
      for (let index = 0; index < this.#classCount; index += 1) {
        const code = row[index] ?? empty;
        if (code === one) labels.push(index);
        else if (code !== isNot) unknown.push(index);
      }
      return { label: null, labels, ...(unknown.length === 0 ? {} : { unknown }) };
    };
    return { labelsOf, keys, several: true, ...this.#texts(noByMinus, { zeros, minusOnes }) };
  }

  #texts(
    noByMinus: boolean,
    { zeros, minusOnes }: { zeros: number; minusOnes: number },
  ): Pick<LabelTable, 'warnings' | 'notices'> {
    const seen = new Set<number>();
    for (const row of this.#rows.values())
      for (const [index, code] of row.entries()) if (code !== empty) seen.add(index);
    const silent = (this.#classNames?.names ?? []).filter((_, index) => !seen.has(index));
    const warnings =
      silent.length === 0
        ? []
        : [`${this.#location} says nothing of ${silent.join(', ')}: their truth counts as unknown.`];
    if (minusOnes > zeros && zeros > 0) {
      warnings.push(
        `-1 is taken as unknown in ${this.#location}, as in CheXpert, and is met more often than 0. Where -1 is no and 0 is unknown, as in Pascal VOC, give --label-values 1,-1,0.`,
      );
    }
    const meaning = noByMinus ? ' No cell is 0 or empty, so -1 is taken as no.' : '';
    return {
      warnings,
      notices: [
        `${this.#location} has a column for each class: each class is decided by itself (multi-label).${meaning}`,
      ],
    };
  }
}
