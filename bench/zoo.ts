/**
 * Every classifier family that people export, by PyTorch's two exporters and by tf2onnx, against the frameworks' own gradients:
 * `npm run zoo`.
 *
 *     npm run zoo -- --python venv/bin/python                     all of torchvision, timm and transformers
 *     npm run zoo -- --python venv/bin/python torchvision vit_tiny_patch16_224
 *     npm run zoo -- --tensorflow other/bin/python keras          Keras' classifiers
 *     npm run zoo -- --exported <folder> --rows rows.jsonl        once more with the files of an earlier run
 *     npm run zoo -- --rows rows.jsonl --page docs/reference/zoo.md --exported <folder>
 *
 * Python needs torch (2.9 or newer), torchvision, timm, transformers, onnx, onnxscript and onnxsim; the other one, which may be the
 * same, tensorflow and tf2onnx. Weights are random and seeded, nothing is downloaded. Prints a table in Markdown, and exits with 1
 * where a map is further than 1e-3 of its maximum from the framework's.
 */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { printMachine } from './machine.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { agreement } from './zoo/agreement.ts';
import { type Exported, exportsIn, exportZoo } from './zoo/exports.ts';
import { markdownRow, markdownTable, tolerance, withTable } from './zoo/markdown.ts';
import { appendRow, isSame, type Row, rowsIn } from './zoo/rows.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: process.env.GRADLINE_PYTHON ?? 'python3' },
    /** Where the files go, to be kept; default: a temporary folder, where each is removed once it is compared. */
    folder: { type: 'string' },
    exported: { type: 'string' },
    /** A file that gets each row as a line of JSON; what stands there already is not compared again. */
    rows: { type: 'string' },
    /** Python with TensorFlow; without it Keras' classifiers are left out. */
    tensorflow: { type: 'string' },
    /** A page in Markdown whose table is replaced by all rows. */
    page: { type: 'string' },
  },
});

async function compared(entry: Exported): Promise<Row> {
  if (entry.file === undefined || entry.reference === undefined)
    return { entry, layers: [], failed: entry.failed ?? '' };
  try {
    return { entry, layers: await agreement(entry.file, entry.reference), failed: undefined };
  } catch (error) {
    return { entry, layers: [], failed: error instanceof Error ? error.message : String(error) };
  }
}

async function table(entries: Iterable<Exported> | AsyncIterable<Exported>, keep: boolean): Promise<Row[]> {
  const rows = values.rows === undefined ? [] : await rowsIn(values.rows);
  for await (const entry of entries) {
    if (!rows.some((row) => isSame(row.entry, entry))) {
      const row = await compared(entry);
      rows.push(row);
      console.error(markdownRow(row));
      if (values.rows !== undefined) await appendRow(values.rows, row);
    }
    if (!keep && entry.file !== undefined) await rm(entry.file, { force: true });
  }
  return rows;
}

async function run(): Promise<Row[]> {
  if (values.exported !== undefined) {
    const entries = await exportsIn(path.resolve(values.exported));
    const wanted = new Set(positionals);
    return table(
      entries.filter(({ name, source }) => wanted.size === 0 || wanted.has(name) || wanted.has(source)),
      true,
    );
  }
  if (values.folder !== undefined) {
    await mkdir(values.folder, { recursive: true });
    return table(exports(path.resolve(values.folder)), true);
  }
  return table(exports(temporaryFolder()), false);
}

async function* exports(folder: string): AsyncGenerator<Exported> {
  if (positionals.length === 0 || positionals.some((name) => name !== 'keras')) {
    yield* exportZoo(values.python, 'run.py', folder, positionals);
  }
  if (values.tensorflow !== undefined) yield* exportZoo(values.tensorflow, 'keras_run.py', folder, positionals);
}

printMachine();
const rows = await run();
const tables = markdownTable(rows);
console.log(tables);
if (values.page !== undefined) await writeFile(values.page, withTable(await readFile(values.page, 'utf8'), tables));
const apart = rows.filter(({ layers }) => layers.some((layer) => !(layer.deviation < tolerance)));
if (apart.length > 0) process.exitCode = 1;
