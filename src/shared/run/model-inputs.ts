/** `--input`: values for the model's inputs beside the picture, as a user writes them, and as run.json keeps them. */

import { z } from 'zod';
import type { InputValue } from '../../explain/options.ts';

export const plainValue: z.ZodType<number | boolean | InputValue[]> = z.lazy(() =>
  z.union([z.number(), z.boolean(), z.array(plainValue)]),
);

/** A table with a row for each key. Its values travel in the plan; here is what they were read from. */
const storedTable = z.object({
  table: z.string(),
  columns: z.array(z.string()),
  /** SHA-256 of the file in hexadecimal. */
  digest: z.string(),
  /** Values of the first row. */
  example: z.array(z.number()),
});
export type InputTable = z.infer<typeof storedTable>;

/** An array from a file: its float64 values, little-endian, deflated, in base64. */
const storedArray = z.object({ file: z.string(), shape: z.array(z.int().min(0)), data: z.string() });

export type InputArray = z.infer<typeof storedArray>;

const storedInput = z.union([storedTable, storedArray, plainValue]);

/** By the names of the model's inputs, as run.json keeps them. */
export const storedInputs = z.record(z.string(), storedInput);
export type StoredInputs = z.infer<typeof storedInputs>;

const namedFile = z.object({
  /** A .npy file, or a table. */
  file: z.string(),
  /** Of a table; null: all that are not its key or label. */
  columns: z.array(z.string()).nullable(),
});
export type NamedFile = z.infer<typeof namedFile>;

/** What a user gave, by the names of the inputs. */
export const givenInputs = z.record(z.string(), z.union([namedFile, plainValue]));
export type GivenInputs = z.infer<typeof givenInputs>;

/** What is wrong with something else, for messages that go on with what it is. */
export function inputsProblem(given: unknown): string {
  const forms =
    'must be name=value, the value being a number, true, false, a list such as [0.1,0.2], a .npy file, or a .csv, .tsv or .jsonl file with a row for each key';
  const texts = [given].flat().filter((text) => typeof text === 'string');
  if (!texts.some((text) => !text.includes('=') || pictures.test(text))) return forms;
  const where = 'gradline run photos/ --model model.onnx, or input: photos/ in gradline.yaml';
  return `${forms}, for an input that the model has beside the picture. Pictures are what the run itself is given, without this setting (${where})`;
}

/** A folder or a picture in place of a value. */
const pictures = /[\\/]|\.(jpe?g|png|webp|tiff?|gif|bmp)$/i;

const textValue = z.string().transform((text, context) => {
  const value = readText(text.trim());
  if (value !== undefined) return value;
  context.addIssue({ code: 'custom', message: inputsProblem(`=${text}`) });
  return z.NEVER;
});

const assignments = z
  .union([z.string().transform((text) => [text]), z.array(z.string())], { error: ({ input }) => inputsProblem(input) })
  .transform((texts, context) => {
    const entries = texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1) context.addIssue({ code: 'custom', message: inputsProblem(texts) });
      return [text.slice(0, equals), text.slice(equals + 1)];
    });
    return Object.fromEntries(entries);
  })
  .pipe(z.record(z.string(), textValue));

/** `name=value` from flags, one or several; a mapping in YAML. */
export const inputsSetting: z.ZodType<GivenInputs> = z.union(
  [
    assignments,
    z.record(z.string(), z.union([textValue, plainValue], { error: ({ input }) => inputsProblem(`=${input}`) })),
  ],
  { error: ({ input }) => inputsProblem(input) },
);

function readText(text: string): GivenInputs[string] | undefined {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/\.npy$/i.test(text)) return { file: text, columns: null };
  const [, file, columns] = /^(.+\.(?:csv|tsv|jsonl))(?::(.+))?$/is.exec(text) ?? [];
  if (file !== undefined) return { file, columns: columns?.split(',').map((name) => name.trim()) ?? null };
  const list = text.startsWith('[') ? text : `[${text}]`;
  try {
    return z.array(plainValue).parse(JSON.parse(list));
  } catch {
    return undefined;
  }
}

/** The tables among the inputs, by the names of their inputs. */
export function tablesIn(stored: StoredInputs | undefined): [string, InputTable][] {
  return Object.entries(stored ?? {}).flatMap(([name, value]): [string, InputTable][] =>
    isInputTable(value) ? [[name, value]] : [],
  );
}

export function isInputTable(value: StoredInputs[string]): value is InputTable {
  return typeof value === 'object' && 'table' in value;
}

/** What decides the values: not where they were read from, which may be another place when a run goes on. */
export function withoutPlaces(stored: StoredInputs): StoredInputs {
  const entries = Object.entries(stored).map(([name, value]): [string, StoredInputs[string]] => {
    if (typeof value !== 'object') return [name, value];
    if (isInputTable(value)) return [name, { ...value, table: '' }];
    return [name, 'data' in value ? { ...value, file: '' } : value];
  });
  return Object.fromEntries(entries);
}
