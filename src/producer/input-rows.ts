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

/** @throws UserError `missing-row` for an image without one */
export type RowFinder = (key: string) => InputRow | undefined;

/**
 * Checks what the inputs are given against the model, and reads the tables whole.
 * @throws UserError `unknown-input`, `wrong-input-value`, `no-image-input`, `bad-list`; StoreError
 */
export async function readInputRows({ inputs, model }: Pick<RunConfiguration, 'inputs' | 'model'>): Promise<RowFinder> {
  if (inputs === undefined) return () => undefined;
  const file = decodeModel(await readLocation(model), splitLocation(model).name);
  const rowInputs = settleInputs(file, explainerInputs(inputs), { examples: false });
  const tables = await Promise.all(
    tablesIn(inputs).map(async ([name, table]) => {
      const input = rowInputs.find((row) => row.name === name);
      if (input === undefined) throw new Error(`'${name}' is no input with rows.`);
      return { name, table, rows: await readRows(table, input) };
    }),
  );
  if (tables.length === 0) return () => undefined;
  return (key) =>
    Object.fromEntries(
      tables.map(({ name, table, rows }) => {
        const values = rows.get(key) ?? rows.get(composed(key));
        if (values !== undefined) return [name, values];
        throw new UserError(
          'missing-row',
          `${table.table} has no row for ${key}, which the model's input '${name}' needs. Add one, or leave the image out (--exclude).`,
        );
      }),
    );
}

/** Values by key, and by the key whose letters are composed. */
async function readRows({ table, columns }: InputTable, input: RowInput): Promise<ReadonlyMap<string, number[]>> {
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
    const earlier = rows.get(row.key);
    if (earlier !== undefined && earlier.join() !== values.join()) {
      throw badList(table, `it has two rows for ${row.key} with different values (line ${row.line}).`);
    }
    rows.set(row.key, values);
  }
  // A Mac decomposes the letters of file names, and tables are mostly composed.
  for (const [key, values] of [...rows]) if (!rows.has(composed(key))) rows.set(composed(key), values);
  return rows;
}

function composed(key: string): string {
  return key.normalize('NFC');
}
