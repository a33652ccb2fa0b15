/** What the network saw in chosen images, as clusters and gaps want it. */

import type { Store } from '../../shared/store.ts';
import type { MapId } from '../contract.ts';
import type { EvidenceRows } from './evidence.ts';
import { type RowsEvidence, readRowsEvidence } from './rows-evidence.ts';
import type { RunTable } from './run-table.ts';

/** Rows of a table with evidence: row i of every array belongs to images[i]. */
export interface SeenRows {
  images: Int32Array;
  /** Without those that no part has. */
  maps: (MapId & EvidenceRows)[];
}

/**
 * Evidence of the images that have it for the first of the maps that any part has.
 * @param maps the one that matters most first
 * @throws UserError `damaged-output`; StoreError
 */
export async function readSeenRows(
  output: Store,
  table: RunTable,
  images: Int32Array,
  maps: readonly MapId[],
): Promise<SeenRows> {
  const read = await readRowsEvidence(output, table, images, maps);
  const found = maps.flatMap(({ layer, method, target }, i) => {
    const evidence = read[i];
    return evidence ? [{ layer, method, target, ...evidence }] : [];
  });
  const [first] = found;
  if (first === undefined) return { images: new Int32Array(0), maps: [] };
  const places = [...first.present.keys()].filter((place) => first.present[place] === 1);
  if (places.length === images.length) return { images, maps: found };
  return {
    images: Int32Array.from(places, (place) => images[place] ?? -1),
    maps: found.map((evidence) => ({ ...evidence, ...pick(evidence, places) })),
  };
}

function pick({ channels, evidence, height, width, heatmaps, present }: RowsEvidence, places: readonly number[]) {
  const cells = height * width;
  const picked = {
    evidence: new Float32Array(places.length * channels),
    heatmaps: new Float32Array(places.length * cells),
    present: Uint8Array.from(places, (place) => present[place] ?? 0),
  };
  for (const [row, place] of places.entries()) {
    picked.evidence.set(evidence.subarray(place * channels, (place + 1) * channels), row * channels);
    picked.heatmaps.set(heatmaps.subarray(place * cells, (place + 1) * cells), row * cells);
  }
  return picked;
}

/** Rows that are looked at to learn how large the evidence of one image is. */
const probes = 16;

/** Bytes that the evidence of one image takes in memory, for all of the maps; 0 where the run has none. */
export async function bytesPerImage(
  output: Store,
  table: RunTable,
  images: Int32Array,
  maps: readonly MapId[],
): Promise<number> {
  const step = Math.max(1, Math.floor(images.length / probes));
  const some = images.filter((_, i) => i % step === 0).subarray(0, probes);
  const read = await readRowsEvidence(output, table, some, maps);
  return read.reduce((sum, rows) => sum + (rows ? (rows.channels + rows.height * rows.width) * 4 : 0), 0);
}
