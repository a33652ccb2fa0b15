/** What each image gives the model's inputs beside the picture, from tables with a row for each key. */

import { decodeModel } from '../explain/onnx/model-file.ts';
import { checkInputValues, type RowInput, settleInputs } from '../explain/onnx/second-inputs.ts';
import type { InputRow } from '../explain/options.ts';
import { UserError } from '../explain/user-error.ts';
import type { RunConfiguration } from '../shared/run/configuration.ts';
import { badList, readKeyedTable } from '../shared/run/keyed-table.ts';
import { type InputTable, tablesIn } from '../shared/run/model-inputs.ts';
import { explainerInputs } from '../shared/run/read-inputs.ts';
import { rowValues } from '../shared/run/table-values.ts';
import { splitLocation } from '../shared/store/location.ts';
import { readLocation } from '../shared/store/open-store.ts';
import { firstKeys, type Input, openInput } from './input.ts';
import { imageKeys, TableKeys } from './table-keys.ts';

/** @throws UserError `missing-row` for an image without one */
export type RowFinder = (key: string) => InputRow | undefined;

export interface InputRows {
  rowOf: RowFinder;
  /** What was found out of how the tables call the images, a sentence for each table. */
  notices: string[];
}

const noRows: InputRows = { rowOf: () => undefined, notices: [] };

/**
 * Checks what the inputs are given against the model, and reads the tables whole.
 * @param images of the run; default: opened for it
 * @throws UserError `unknown-input`, `wrong-input-value`, `no-image-input`, `bad-list`; StoreError
 */
export async function readInputRows(
  configuration: Pick<RunConfiguration, 'inputs' | 'model' | 'input' | 'output' | 'selection'>,
  images?: Input,
): Promise<InputRows> {
  const { inputs, model, input: location } = configuration;
  if (inputs === undefined) return noRows;
  const file = decodeModel(await readLocation(model), splitLocation(model).name);
  const rowInputs = settleInputs(file, explainerInputs(inputs), { examples: false });
  if (rowInputs.length === 0) return noRows;
  const opened = images ?? (await openInput(configuration));
  const keyOf = imageKeys(location, opened.isFolder);
  const first = await firstKeys(opened).finally(async () => {
    if (images === undefined) await opened.store.close();
  });
  const tables = await Promise.all(
    tablesIn(inputs).map(async ([name, table]) => {
      const input = rowInputs.find((row) => row.name === name);
      if (input === undefined) throw new Error(`'${name}' is no input with rows.`);
      return { name, table, rows: new TableKeys(table.table, await readRows(table, input, keyOf)) };
    }),
  );
  const rowOf = (key: string) =>
    Object.fromEntries(
      tables.map(({ name, table, rows }) => {
        const values = rows.find(key);
        if (values !== undefined) return [name, values];
        throw new UserError(
          'missing-row',
          `${table.table} has no row for ${key}, which the model's input '${name}' needs; its first is for ${rows.example}. Add one, or leave the image out (--exclude).`,
        );
      }),
    );
  return { rowOf, notices: tables.flatMap(({ rows }) => rows.settle(first) ?? []) };
}

/** Values by key. */
async function readRows(
  { table, columns }: InputTable,
  input: RowInput,
  keyOf: (key: string) => string,
): Promise<ReadonlyMap<string, number[]>> {
  const rows = new Map<string, number[]>();
  for await (const row of readKeyedTable(table)) {
    const values = rowValues(row, columns, table);
    if (values.length !== input.example.length) {
      throw badList(
        table,
        `line ${row.line} has ${values.length} values for '${input.name}', its first row ${input.example.length}.`,
      );
    }
    try {
      checkInputValues(input, values);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(
        error.code,
        `Line ${row.line} of ${table} (${row.key}): ${error.message} Correct the line, or take it and the image out (--exclude).`,
        { cause: error },
      );
    }
    const key = keyOf(row.key);
    const earlier = rows.get(key);
    if (earlier !== undefined && earlier.join() !== values.join()) {
      throw badList(table, `it has two rows for ${row.key} with different values (line ${row.line}).`);
    }
    rows.set(key, values);
  }
  return rows;
}
