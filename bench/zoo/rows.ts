/** Rows of the zoo as lines of JSON: written one by one, so that a run that is cut short goes on where it stopped. */

import { appendFile, readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { LayerAgreement } from './agreement.ts';
import { type Exported, exported } from './exports.ts';

export interface Row {
  entry: Exported;
  layers: readonly LayerAgreement[];
  /** Why nothing could be compared. */
  failed: string | undefined;
}

// JSON writes what is not a number as null.
const share = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const row = z.object({
  entry: exported,
  layers: z.array(z.object({ layer: z.string(), module: z.string().nullable(), deviation: share, rounding: share })),
  failed: z.string().optional(),
});

/** Whether both tell of the same file of the same classifier. */
export const isSame = (a: Exported, b: Exported) =>
  a.source === b.source &&
  a.name === b.name &&
  a.rewritten === b.rewritten &&
  (a.exporter === b.exporter || a.exporter === '' || b.exporter === '');

export async function appendRow(file: string, { entry, layers, failed }: Row): Promise<void> {
  await appendFile(file, `${JSON.stringify({ entry, layers, failed })}\n`);
}

/** The rows of earlier runs; of two for the same file, the later. Empty where there is no file yet. */
export async function rowsIn(file: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const line of (await textOf(file)).split('\n').filter((text) => text !== '')) {
    const { entry, layers, failed } = row.parse(JSON.parse(line));
    const earlier = rows.findIndex((one) => isSame(one.entry, entry));
    if (earlier === -1) rows.push({ entry, layers, failed });
    else rows[earlier] = { entry, layers, failed };
  }
  return rows;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
