/** Evidence of pairs: which of an image's maps explains the class, and what is kept of it. */

import { at } from '../../explain/at.ts';
import type { Store } from '../../shared/store/store.ts';
import { type ChosenMaps, chooseMaps } from '../clusters/choose-maps.ts';
import type { MapId } from '../contract.ts';
import { type RowsEvidence, readRowsEvidence } from '../read/rows-evidence.ts';
import type { MapColumns, RunTable } from '../read/run-table.ts';

/** An image and one of its classes. */
export interface ImageClass {
  row: number;
  class: number;
}

/** The maps of one layer and method, of which an image has one for each class that is explained. */
export interface LayerSlots extends MapId {
  cells: number;
  slots: MapColumns[];
}

/** The layers that findings are made from, as `chooseMaps` has them; null without maps of the grad-cam kind. */
export function choosePairMaps(run: Pick<RunTable, 'maps'>): ChosenMaps<LayerSlots> | null {
  const both = layerSlots(run).flatMap((own) => ['predicted', 'label'].map((target) => ({ ...own, target })));
  return chooseMaps(both);
}

/** One entry for each layer and method, without a target. Maps that set one class against another are no maps of a class. */
export function layerSlots({ maps }: Pick<RunTable, 'maps'>): LayerSlots[] {
  const layers = new Map<string, LayerSlots>();
  for (const map of maps) {
    if (map.target.includes('-vs-')) continue;
    const id = JSON.stringify([map.layer, map.method]);
    const known = layers.get(id);
    if (known === undefined)
      layers.set(id, { layer: map.layer, method: map.method, target: '', cells: map.cells, slots: [map] });
    else known.slots.push(map);
  }
  return [...layers.values()];
}

/** One row for each pair. `present` is 0 where no map explains the class, or the run has no evidence of it. */
export async function readPairEvidence(
  output: Store,
  table: RunTable,
  pairs: readonly ImageClass[],
  { slots }: LayerSlots,
): Promise<RowsEvidence | null> {
  let whole: RowsEvidence | null = null;
  for (const slot of slots) {
    const places = [...pairs.keys()].filter((place) => {
      const { row, class: index } = at(pairs, place);
      return slot.class[row] === index && slot.state[row] !== 0 && whole?.present[place] !== 1;
    });
    if (places.length === 0) continue;
    const rows = places.map((place) => at(pairs, place).row);
    const [found] = await readRowsEvidence(output, table, rows, [slot]);
    if (found == null) continue;
    whole ??= emptyLike(found, pairs.length);
    copy(found, places, whole);
  }
  return whole;
}

function emptyLike({ channels, height, width }: RowsEvidence, rows: number): RowsEvidence {
  return {
    channels,
    height,
    width,
    evidence: new Float32Array(rows * channels),
    heatmaps: new Float32Array(rows * height * width),
    present: new Uint8Array(rows),
  };
}

function copy(from: RowsEvidence, places: readonly number[], into: RowsEvidence): void {
  const { channels, height, width } = into;
  if (from.channels !== channels || from.height !== height || from.width !== width) return;
  const cells = height * width;
  for (const [row, place] of places.entries()) {
    if (from.present[row] !== 1) continue;
    into.evidence.set(from.evidence.subarray(row * channels, (row + 1) * channels), place * channels);
    into.heatmaps.set(from.heatmaps.subarray(row * cells, (row + 1) * cells), place * cells);
    into.present[place] = 1;
  }
}
