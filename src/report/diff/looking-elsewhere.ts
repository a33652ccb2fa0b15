/** Images whose predicted class stayed while the network came to look at something else. */

import { at } from '../../explain/at.ts';
import type { Store } from '../../shared/store/store.ts';
import type { MapId } from '../contract.ts';
import { chooseAnalysedMap } from '../findings/analysed-map.ts';
import { images, number } from '../findings/notes.ts';
import { readRowsEvidence } from '../read/rows-evidence.ts';
import { keyOf, type MapColumns, mapState, type RunTable } from '../read/run-table.ts';
import { sampleRows } from '../read/sample-rows.ts';
import { listOf } from './changed-images.ts';
import type { LookingElsewhere } from './contract.ts';
import { heatmapCorrelation } from './correlation.ts';
import type { MatchedRuns } from './match-runs.ts';

export interface RunWithMaps {
  output: Store;
  table: RunTable;
}

export interface ElsewhereOptions {
  /** Correlation below which a map counts as elsewhere. */
  threshold: number;
  /** Images whose maps are compared at most; a sample above it. */
  mostCompared: number;
  kept: number;
}

export interface ElsewhereResult {
  elsewhere: LookingElsewhere | null;
  notes: string[];
}

/** Images whose heatmaps are in memory at once. */
const chunk = 2048;

/** @throws UserError `damaged-output`; StoreError */
export async function lookingElsewhere(
  before: RunWithMaps,
  after: RunWithMaps,
  { rowBefore }: MatchedRuns,
  { threshold, mostCompared, kept }: ElsewhereOptions,
): Promise<ElsewhereResult> {
  const maps = commonMap(before.table, after.table);
  if (maps === null) return { elsewhere: null, notes: [noCommonMap(before.table, after.table)] };
  const unchanged = unchangedRows(before.table, after.table, rowBefore);
  const degenerate = { before: 0, after: 0, both: 0 };
  const usable = unchanged.filter((to) => {
    const was = maps.before.state[at(rowBefore, to)];
    const is = maps.after.state[to];
    if (was === mapState.degenerate && is === mapState.degenerate) degenerate.both += 1;
    else if (was === mapState.degenerate) degenerate.before += 1;
    else if (is === mapState.degenerate) degenerate.after += 1;
    return was === mapState.normal && is === mapState.normal;
  });
  const chosen = sampleRows(after.table, usable, mostCompared);
  const compared: { row: number; correlation: number }[] = [];
  const notes: string[] = [];
  for (let start = 0; start < chosen.length; start += chunk) {
    const rows = chosen.slice(start, start + chunk);
    const correlations = await correlationsOf(before, after, rowBefore, rows, maps.id);
    for (const [i, row] of rows.entries()) {
      const correlation = correlations[i] ?? Number.NaN;
      if (!Number.isNaN(correlation)) compared.push({ row, correlation });
    }
  }
  if (chosen.length < usable.length) {
    notes.push(
      `Maps were compared for ${number(chosen.length)} of the ${images(usable.length)} with the same predicted class, a sample.`,
    );
  }
  if (compared.length < chosen.length) {
    notes.push(
      `${images(chosen.length - compared.length)} could not be compared: a run has no evidence of them, their maps have different ` +
        'sizes, or a map has nothing positive.',
    );
  }
  compared.sort((a, b) => a.correlation - b.correlation || a.row - b.row);
  const apart = compared.filter(({ correlation }) => correlation < threshold);
  return {
    elsewhere: {
      map: maps.id,
      unchanged: unchanged.length,
      compared: compared.length,
      threshold,
      medianCorrelation: middle(compared.map(({ correlation }) => correlation)),
      images: listOf(apart, kept, ({ row, correlation }) => ({
        key: keyOf(after.table, row),
        predicted: at(after.table.predicted, row),
        correlation,
      })),
      degenerate,
    },
    notes,
  };
}

function commonMap(before: RunTable, after: RunTable): { id: MapId; before: MapColumns; after: MapColumns } | null {
  const twinOf = ({ layer, method, target }: MapColumns) =>
    before.maps.find((map) => map.layer === layer && map.method === method && map.target === target);
  const map = chooseAnalysedMap(after.maps.filter((map) => twinOf(map) !== undefined));
  const twin = map && twinOf(map);
  if (!map || !twin) return null;
  return { id: { layer: map.layer, method: map.method, target: map.target }, before: twin, after: map };
}

function noCommonMap(before: RunTable, after: RunTable): string {
  const names = (table: RunTable) =>
    table.maps.map(({ layer, method, target }) => `${layer} ${method} ${target}`).join(', ') || 'none';
  return (
    'Where the networks look was not compared: the runs have no map of the same layer and method for the predicted class ' +
    `(earlier run: ${names(before)}; later run: ${names(after)}). Run both with the same --layers and --method.`
  );
}

function unchangedRows(before: RunTable, after: RunTable, rowBefore: Int32Array): number[] {
  const rows: number[] = [];
  for (const [to, from] of rowBefore.entries()) {
    const predicted = at(after.predicted, to);
    if (from >= 0 && predicted >= 0 && before.predicted[from] === predicted) rows.push(to);
  }
  return rows;
}

/** One for each row; NaN where there is nothing to compare. */
async function correlationsOf(
  before: RunWithMaps,
  after: RunWithMaps,
  rowBefore: Int32Array,
  rows: readonly number[],
  map: MapId,
): Promise<number[]> {
  const earlier = rows.map((row) => at(rowBefore, row));
  const [[was], [is]] = await Promise.all([
    readRowsEvidence(before.output, before.table, earlier, [map]),
    readRowsEvidence(after.output, after.table, rows, [map]),
  ]);
  if (!was || !is || was.height !== is.height || was.width !== is.width) return [];
  const cells = is.height * is.width;
  return rows.map((_, i) => {
    if (was.present[i] !== 1 || is.present[i] !== 1) return Number.NaN;
    const [from, to] = [i * cells, (i + 1) * cells];
    return heatmapCorrelation(was.heatmaps.subarray(from, to), is.heatmaps.subarray(from, to));
  });
}

/** Of ascending values. */
export function middle(values: readonly number[]): number | null {
  const upper = values[Math.floor(values.length / 2)];
  const lower = values[Math.floor((values.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}
