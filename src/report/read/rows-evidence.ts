/** Evidence of chosen rows of a table: every evidence part that holds one is read once. */

import type { Store } from '../../shared/store/store.ts';
import { type EvidenceRows, type MapName, readEvidence } from './evidence.ts';
import type { RunTable } from './run-table.ts';

export interface RowsEvidence extends EvidenceRows {
  /** One for each of the rows asked for: 1 where the run has evidence of it; elsewhere vector and heatmap are zeros. */
  present: Uint8Array;
}

/** Evidence parts that are on their way at once. */
const readAhead = 8;

/**
 * @param rows rows of the table, in any order; the arrays of the result have one row for each of them, in that order
 * @returns one entry for each map; null where no part that was read has it
 * @throws UserError `damaged-output`; StoreError
 */
export async function readRowsEvidence(
  output: Store,
  { shard, line }: Pick<RunTable, 'shard' | 'line'>,
  rows: ArrayLike<number>,
  maps: readonly MapName[],
): Promise<(RowsEvidence | null)[]> {
  const places = placesByShard(shard, rows);
  const found: (RowsEvidence | null)[] = maps.map(() => null);
  const queue = [...places];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [part, inPart] = next;
      const lines = inPart.map((place) => line[rows[place] ?? -1] ?? 0);
      const evidence = await readEvidence(output, part, maps, lines);
      for (const [map, read] of (evidence ?? []).entries()) {
        if (read === null) continue;
        found[map] ??= emptyRows(read, rows.length);
        copyRows(read, inPart, found[map]);
      }
    }
  };
  await Promise.all(Array.from({ length: readAhead }, work));
  return found;
}

/** Places in `rows` by shard. */
function placesByShard(shard: Int32Array, rows: ArrayLike<number>): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (let place = 0; place < rows.length; place += 1) {
    const part = shard[rows[place] ?? -1];
    if (part === undefined) throw new RangeError(`The table has no row ${rows[place]}.`);
    const known = places.get(part);
    if (known === undefined) places.set(part, [place]);
    else known.push(place);
  }
  return places;
}

function emptyRows({ channels, height, width }: EvidenceRows, rows: number): RowsEvidence {
  return {
    channels,
    evidence: new Float32Array(rows * channels),
    height,
    width,
    heatmaps: new Float32Array(rows * height * width),
    present: new Uint8Array(rows),
  };
}

/** Maps of another grid than the first one's, as only mixed outputs have them, are left out. */
function copyRows(read: EvidenceRows, places: readonly number[], into: RowsEvidence): void {
  const { channels, height, width } = read;
  if (channels !== into.channels || height !== into.height || width !== into.width) return;
  const cells = height * width;
  for (const [row, place] of places.entries()) {
    into.evidence.set(read.evidence.subarray(row * channels, (row + 1) * channels), place * channels);
    into.heatmaps.set(read.heatmaps.subarray(row * cells, (row + 1) * cells), place * cells);
    into.present[place] = 1;
  }
}

/** The same of some of the rows, which are all taken to be present. */
export function takeRows(map: RowsEvidence, rows: readonly number[]): RowsEvidence {
  if (rows.length === map.present.length) return map;
  const cells = map.height * map.width;
  const taken = {
    ...map,
    evidence: new Float32Array(rows.length * map.channels),
    heatmaps: new Float32Array(rows.length * cells),
    present: new Uint8Array(rows.length).fill(1),
  };
  for (const [to, from] of rows.entries()) {
    taken.evidence.set(map.evidence.subarray(from * map.channels, (from + 1) * map.channels), to * map.channels);
    taken.heatmaps.set(map.heatmaps.subarray(from * cells, (from + 1) * cells), to * cells);
  }
  return taken;
}
