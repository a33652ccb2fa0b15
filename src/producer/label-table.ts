/** Labels from a table that is read whole: one an image, or several where it says so. */

import type { ClassNames } from '../explain/class-names.ts';
import { UserError } from '../explain/user-error.ts';
import { badList, readKeyedTable, type TableRow } from '../shared/run/keyed-table.ts';
import { classIndexOf } from './class-index.ts';
import type { ImageLabels, LabelsOf } from './label.ts';
import { type ClassColumns, classColumns, LabelColumns } from './label-columns.ts';
import type { LabelTable, LabelTableSettings } from './label-lookup.ts';
import { TableKeys } from './table-keys.ts';

/** What a cell with labels may say in place of them: the image has none. Where it is no class. */
const noClass = new Set(['no finding', 'none']);

/** A smaller share of images with several labels looks like a mistake in a table with one label an image. */
const fewSeveral = 0.05;

/** @throws UserError `bad-list`, `bad-labels`, `unknown-class`, `ambiguous-class`; StoreError */
export function readLabelTable(
  location: string,
  classNames: ClassNames | null,
  settings: LabelTableSettings,
): Promise<LabelTable> {
  return readLabelRows(readKeyedTable(location), location, classNames, settings);
}

/** @param location where the rows come from, for messages. @throws as `readLabelTable` */
export async function readLabelRows(
  rows: AsyncIterable<TableRow>,
  location: string,
  classNames: ClassNames | null,
  settings: LabelTableSettings,
): Promise<LabelTable> {
  const { keyOf = (key: string) => key } = settings;
  const lists = new LabelLists(location, classNames, settings);
  let columns: { names: readonly string[]; found: ClassColumns | null } = { names: [], found: null };
  let table: LabelColumns | null = null;
  for await (const row of rows) {
    if (row.columns !== columns.names) {
      columns = {
        names: row.columns,
        found: hasLabelColumn(row.columns) ? null : classColumns(row.columns, classNames),
      };
    }
    if (columns.found === null || settings.multiLabel === false) lists.add(keyOf(row.key), row);
    else {
      table ??= new LabelColumns(location, classNames, settings.values);
      table.add(keyOf(row.key), row, columns.found);
    }
  }
  return table === null ? lists.finish() : table.finish();
}

const labelColumns = ['label', 'labels'];

export function hasLabelColumn(columns: readonly string[]): boolean {
  return columns.some((name) => labelColumns.includes(name));
}

/** Labels in cells, and in rows with the same key. */
class LabelLists {
  readonly #location: string;
  readonly #classNames: ClassNames | null;
  readonly #settings: LabelTableSettings;
  /** By key: one, several, or none. */
  readonly #labels = new Map<string, number | number[]>();
  /** Why the table holds several labels an image. */
  #several: boolean;
  /** What is wrong where each image has one label. */
  #onlySeveral: UserError | null = null;

  constructor(location: string, classNames: ClassNames | null, settings: LabelTableSettings) {
    this.#location = location;
    this.#classNames = classNames;
    this.#settings = settings;
    this.#several = settings.multiLabel === true;
  }

  add(key: string, row: TableRow): void {
    const place = labelColumns.map((name) => row.columns.lastIndexOf(name)).find((found) => found >= 0) ?? -1;
    if (row.columns[place] === 'labels') this.#several ||= this.#settings.multiLabel !== false;
    const tokens = place < 0 ? null : this.#tokensOf(row.cells[place], row);
    if (tokens === null) return;
    const known = this.#labels.get(key);
    const found = [...new Set(tokens.flatMap((token) => this.#indexOf(token, row) ?? []))];
    const all =
      known === undefined ? found : [...new Set([...(typeof known === 'number' ? [known] : known), ...found])];
    const [only] = all;
    if (all.length > 1) this.#see(key, all, row);
    this.#labels.set(key, all.length === 1 && only !== undefined ? only : all);
  }

  /** The labels of a cell; null where it says nothing. */
  #tokensOf(cell: unknown, row: TableRow): (string | number)[] | null {
    if (cell === null || cell === undefined) return null;
    if (typeof cell === 'number' && Number.isInteger(cell) && cell >= 0) return [cell];
    if (Array.isArray(cell)) {
      const tokens = cell.map((token: unknown) => {
        if (typeof token === 'string' || (typeof token === 'number' && Number.isInteger(token) && token >= 0))
          return token;
        throw this.#unreadable(row);
      });
      if (this.#settings.multiLabel === false && tokens.length !== 1) throw this.#oneLabel(row, tokens.join(', '));
      this.#several ||= this.#settings.multiLabel !== false;
      return tokens;
    }
    if (typeof cell !== 'string') throw this.#unreadable(row);
    const text = cell.trim();
    if (text === '') return [];
    const { separator, multiLabel } = this.#settings;
    if (multiLabel === false || this.#isClass(text) || !text.includes(separator)) return [text];
    this.#several = true;
    return text
      .split(separator)
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  #isClass(text: string): boolean {
    return this.#classNames?.has(text) === true;
  }

  /** Null for what says that an image has none of the classes. */
  #indexOf(token: string | number, { line }: TableRow): number | null {
    try {
      return classIndexOf(this.#classNames, token, `line ${line} of ${this.#location}`, this.#settings.separator);
    } catch (error) {
      if (!(error instanceof UserError) || !noClass.has(String(token).trim().toLowerCase())) throw error;
      this.#onlySeveral ??= error;
      return null;
    }
  }

  #see(key: string, labels: readonly number[], row: TableRow): void {
    if (this.#settings.multiLabel === false) throw this.#twoLabels(key, labels, row);
    this.#several = true;
  }

  #twoLabels(key: string, [first, second]: readonly number[], { line }: TableRow): UserError {
    const reason = `${this.#location} gives ${key} two labels, ${first} and ${second} (line ${line}).`;
    return new UserError('bad-labels', `${reason} With --no-multi-label each image has one.`);
  }

  #oneLabel({ line }: TableRow, labels: string): UserError {
    return new UserError(
      'bad-labels',
      `${this.#location}, line ${line}, holds the labels [${labels}], and with --no-multi-label each image has one.`,
    );
  }

  #unreadable({ line }: TableRow): UserError {
    return badList(
      this.#location,
      `line ${line} must be an object with a 'key' and, if known, a 'label': the name or index of a class, or a list of them.`,
    );
  }

  finish(): LabelTable {
    const labelled = [...this.#labels.values()].filter(
      (labels) => typeof labels === 'number' || labels.length > 0,
    ).length;
    if (labelled === 0) {
      throw new UserError(
        'bad-labels',
        `${this.#location} holds no labels: it needs the columns key and label, or key and one for each class.`,
      );
    }
    if (!this.#several && this.#onlySeveral !== null) throw this.#onlySeveral;
    const keys = new TableKeys(this.#location, this.#labels);
    if (!this.#several) {
      const labelsOf: LabelsOf = ({ key }) => {
        const label = keys.find(key);
        return { label: typeof label === 'number' ? label : null };
      };
      return { labelsOf, keys, several: false, warnings: [], notices: [] };
    }
    const labelsOf: LabelsOf = ({ key }): ImageLabels => {
      const labels = keys.find(key);
      if (labels === undefined) return { label: null, labels: null };
      return { label: null, labels: typeof labels === 'number' ? [labels] : labels.toSorted((a, b) => a - b) };
    };
    return { labelsOf, keys, several: true, ...this.#severalText() };
  }

  #severalText(): Pick<LabelTable, 'warnings' | 'notices'> {
    if (this.#settings.multiLabel === true) return { warnings: [], notices: [] };
    const counts = [...this.#labels.values()].map((labels) => (typeof labels === 'number' ? 1 : labels.length));
    const several = counts.filter((count) => count > 1).length;
    const text = `${several} of ${counts.length} ${this.#settings.labelled ?? 'images'} have several labels in ${this.#location}: each class is decided by itself (multi-label).`;
    if (several >= fewSeveral * counts.length || several === 0) return { warnings: [], notices: [text] };
    return {
      warnings: [`${text} If these few are mistakes, mend them, or give --no-multi-label to be told where they are.`],
      notices: [],
    };
  }
}
