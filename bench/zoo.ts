/**
 * Every classifier family that people export, by both of PyTorch's exporters, against PyTorch's own hooks: `npm run zoo`.
 *
 *     npm run zoo -- --python venv/bin/python                     all of torchvision, timm and transformers
 *     npm run zoo -- --python venv/bin/python torchvision vit_tiny_patch16_224
 *     npm run zoo -- --exported <folder>                          once more with the files of an earlier run
 *
 * Python needs torch (2.9 or newer), torchvision, timm, transformers, onnx and onnxscript; weights are random and seeded, nothing is
 * downloaded. Prints a table in Markdown, and exits with 1 where a map is further than 1e-3 of its maximum from PyTorch's.
 */

import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { printMachine } from './machine.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { agreement } from './zoo/agreement.ts';
import { type Exported, exportsIn, exportZoo } from './zoo/exports.ts';
import { markdownRow, markdownTable, type Row, tolerance } from './zoo/markdown.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: 'string', default: process.env.GRADLINE_PYTHON ?? 'python3' },
    /** Where the files go, to be kept; default: a temporary folder, where each is removed once it is compared. */
    folder: { type: 'string' },
    exported: { type: 'string' },
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
  const rows: Row[] = [];
  for await (const entry of entries) {
    const row = await compared(entry);
    rows.push(row);
    console.error(markdownRow(row));
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
    return table(exportZoo(values.python, path.resolve(values.folder), positionals), true);
  }
  return table(exportZoo(values.python, temporaryFolder(), positionals), false);
}

printMachine();
const rows = await run();
console.log(markdownTable(rows));
const apart = rows.filter(({ layers }) => layers.some((layer) => !(layer.deviation < tolerance)));
if (apart.length > 0) process.exitCode = 1;
