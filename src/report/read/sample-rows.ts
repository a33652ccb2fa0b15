import { createHash } from 'node:crypto';
import { keyOf, type RunTable } from './run-table.ts';

/**
 * At most so many of the rows, in the order given: all of them, or those whose keys have the smallest digests, so that the choice is
 * even and depends on nothing but the keys.
 */
export function sampleRows(table: Pick<RunTable, 'keys'>, rows: readonly number[], most: number): number[] {
  if (rows.length <= most) return [...rows];
  const places = rows.map((row) => placeOf(keyOf(table, row)));
  const limit = Float64Array.from(places).sort()[most] ?? Number.POSITIVE_INFINITY;
  return rows.filter((_, i) => (places[i] ?? 1) < limit);
}

/** A fixed place of the key between 0 and 1. */
function placeOf(key: string): number {
  return createHash('sha256').update(key).digest().readUIntBE(0, 6) / 2 ** 48;
}
