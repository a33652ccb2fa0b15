/** What the files hold that `--input` names, and all of it as the model takes it. */

import { deflateSync, inflateSync } from 'node:zlib';
import type { ExplainerOptions, InputValue } from '../../explain/options.ts';
import { UserError } from '../../explain/user-error.ts';
import { digestLocation } from '../store/digest.ts';
import { resolveLocation } from '../store/location.ts';
import { readLocation } from '../store/open-store.ts';
import { StoreError } from '../store/store.ts';
import { readKeyedTable } from './keyed-table.ts';
import {
  type GivenInputs,
  givenInputs,
  type InputArray,
  type InputTable,
  inputsProblem,
  inputsSetting,
  isInputTable,
  type NamedFile,
  plainValue,
  type StoredInputs,
  tablesIn,
} from './model-inputs.ts';
import { NumpyError, readNumpyFile } from './numpy-file.ts';
import { chosenColumns, rowValues } from './table-values.ts';

/**
 * With paths that start at a folder: that of the file which they stand in.
 * @param inputs as `inputsSetting` reads them
 */
export function inputsBelow(folder: string, inputs: unknown): GivenInputs {
  return Object.fromEntries(
    Object.entries(givenInputs.parse(inputs)).map(([name, value]) => [
      name,
      isNamedFile(value) ? { ...value, file: resolveLocation(folder, value.file) } : value,
    ]),
  );
}

/** As gradline.yaml has them. @param inputs as `inputsBelow` */
export function writtenInputs(inputs: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(givenInputs.parse(inputs)).map(([name, value]) => {
      if (!isNamedFile(value)) return [name, value];
      return [name, [value.file, ...(value.columns === null ? [] : [value.columns.join(',')])].join(':')];
    }),
  );
}

/** The files that inputs name. @param inputs as `inputsBelow` */
export function filesOf(inputs: unknown): string[] {
  return Object.values(givenInputs.parse(inputs)).flatMap((value) => (isNamedFile(value) ? [value.file] : []));
}

function isNamedFile(value: GivenInputs[string]): value is NamedFile {
  return typeof value === 'object' && 'file' in value;
}

/**
 * Reads the files that the inputs name.
 * @param inputs as `inputsSetting` reads them
 * @throws UserError `bad-input`, `bad-list`; StoreError
 */
export async function readInputs(inputs: unknown): Promise<StoredInputs> {
  const read = Object.entries(givenInputs.parse(inputs)).map(
    async ([name, value]): Promise<[string, StoredInputs[string]]> => {
      if (!isNamedFile(value)) return [name, plainValue.parse(value)];
      return [name, /\.npy$/i.test(value.file) ? await readArray(name, value.file) : await readTable(name, value)];
    },
  );
  return Object.fromEntries(await Promise.all(read));
}

async function readArray(name: string, file: string): Promise<InputArray> {
  const bytes = await readLocation(file).catch((error: unknown) => {
    throw missingFile(name, file, error);
  });
  try {
    const { shape, values } = readNumpyFile(bytes);
    return { file, shape, data: deflateSync(numberBytes(values)).toString('base64') };
  } catch (cause) {
    if (!(cause instanceof NumpyError)) throw cause;
    throw new UserError('bad-input', `--input ${name} cannot be read: ${file} ${cause.message}.`, { cause });
  }
}

function numberBytes(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  for (let i = 0; i < values.length; i++) view.setFloat64(i * 8, values[i] ?? Number.NaN, true);
  return new Uint8Array(view.buffer);
}

async function readTable(name: string, { file, columns }: NamedFile): Promise<InputTable> {
  try {
    for await (const row of readKeyedTable(file)) {
      const chosen = columns ?? chosenColumns(row, name);
      return {
        table: file,
        columns: chosen,
        digest: await digestLocation(file),
        example: rowValues(row, chosen, file),
      };
    }
  } catch (error) {
    throw missingFile(name, file, error);
  }
  throw new UserError('bad-input', `--input ${name} cannot be read: ${file} holds no rows.`);
}

function missingFile(name: string, file: string, error: unknown): unknown {
  if (!(error instanceof StoreError) || error.code !== 'not-found') return error;
  return new UserError('bad-input', `--input ${name} cannot be read: there is no file ${file}.`, { cause: error });
}

/** Of flags alone. @throws UserError `bad-setting`, `bad-input`, `bad-list`; StoreError */
export async function readGivenInputs(flags: readonly string[]): Promise<ReturnType<typeof explainerInputs>> {
  const given = inputsSetting.safeParse(flags);
  if (!given.success) throw new UserError('bad-setting', `--input ${inputsProblem(flags)}; it is ${flags.join(' ')}.`);
  return explainerInputs(await readInputs(given.data));
}

/** As the explainer takes them. */
export function explainerInputs(stored: StoredInputs | undefined): Pick<ExplainerOptions, 'inputs' | 'inputRows'> {
  const entries = Object.entries(stored ?? {});
  const constants = entries.flatMap(([name, value]) =>
    isInputTable(value) ? [] : [[name, inputValue(value)] as const],
  );
  const rows = tablesIn(stored).map(([name, { example }]) => [name, example] as const);
  return {
    ...(constants.length === 0 ? {} : { inputs: Object.fromEntries(constants) }),
    ...(rows.length === 0 ? {} : { inputRows: Object.fromEntries(rows) }),
  };
}

function inputValue(value: Exclude<StoredInputs[string], InputTable>): InputValue {
  if (typeof value !== 'object' || !('data' in value)) return value;
  const bytes = inflateSync(Buffer.from(value.data, 'base64'));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(i * 8, true));
  return { shape: value.shape, values };
}
