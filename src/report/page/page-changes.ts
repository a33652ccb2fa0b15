/** What changed since an earlier run, as the page has it, and what the earlier run looked at. */

import { at } from '../../explain/at.ts';
import type { Store } from '../../shared/store/store.ts';
import type { MapId } from '../contract.ts';
import type { ChangedPair, ImageList, PairChanges, PairDecision, RunDiff } from '../diff/contract.ts';
import { layerSlots, readPairEvidence } from '../pairs/pair-maps.ts';
import { readRowsEvidence } from '../read/rows-evidence.ts';
import type { RunTable } from '../read/run-table.ts';
import { digits } from './digits.ts';
import { type Heatmap, heatmapOf, packHeatmaps } from './image-details.ts';
import type {
  ChangedPairRow,
  ChangedRow,
  EarlierMaps,
  PageChanges,
  PageDecision,
  PagePairChanges,
} from './page-data.ts';

export interface ChangesContent {
  diff: RunDiff;
  earlier: { output: Store; table: RunTable };
}

/** Rows of the listed images in the earlier run, by key. */
export type EarlierRows = ReadonlyMap<string, number>;

/** Images of each list that the page shows; `report/diff.json` has more. */
const listed = 500;

type Listed = { key: string; correlation?: number };

/** The lists that the page shows: of pairs where images may have several labels. */
function listsOf({
  newlyBroken,
  fixed,
  stillWrong,
  changedUnlabelled,
  elsewhere,
  pairs,
}: RunDiff): ImageList<{ key: string }>[] {
  if (pairs !== undefined) return pairListsOf(pairs);
  return [newlyBroken, fixed, stillWrong, changedUnlabelled, ...(elsewhere ? [elsewhere.images] : [])];
}

function pairListsOf({ newlyBroken, fixed, stillWrong, changedUnlabelled, maps }: PairChanges) {
  return [newlyBroken, fixed, stillWrong, changedUnlabelled, ...(maps ? [maps.elsewhere] : [])];
}

/** The images that the page must hold, with their rows in the earlier run. */
export function earlierRows({ diff, earlier }: ChangesContent): EarlierRows {
  const wanted = new Set(listsOf(diff).flatMap(({ images }) => images.slice(0, listed).map(({ key }) => key)));
  const found = new Map<string, number>();
  for (const [row, key] of earlier.table.keys.entries()) if (wanted.has(key)) found.set(key, row);
  return found;
}

/** @param rows row of each key on the page; it has all of `before` @param maps of the page */
export function pageChanges(
  { diff, earlier }: ChangesContent,
  before: EarlierRows,
  rows: ReadonlyMap<string, number>,
  maps: readonly MapId[],
): PageChanges {
  const { predicted, score } = earlier.table;
  const short = ({ count, images }: ImageList<Listed>): ImageList<ChangedRow> => ({
    count,
    images: images.slice(0, diff.pairs === undefined ? listed : 0).flatMap(({ key, correlation }): ChangedRow[] => {
      const [row, from] = [rows.get(key), before.get(key)];
      if (row === undefined || from === undefined) return [];
      const answer = { row, predicted: at(predicted, from), score: digits(at(score, from), 5) };
      return [correlation === undefined ? answer : { ...answer, correlation: digits(correlation, 3) }];
    }),
  });
  const { matched, samePreprocess, paired, classes, notes, elsewhere } = diff;
  return {
    before: diff.before,
    matched,
    samePreprocess,
    paired,
    classes,
    notes,
    newlyBroken: short(diff.newlyBroken),
    fixed: short(diff.fixed),
    stillWrong: short(diff.stillWrong),
    changedUnlabelled: short(diff.changedUnlabelled),
    elsewhere: elsewhere && { ...elsewhere, images: short(elsewhere.images) },
    ...(diff.pairs === undefined ? {} : { pairs: pagePairs(diff.pairs, rows, maps) }),
    apart: {
      relabelled: diff.relabelled.count,
      added: diff.added.count,
      vanished: diff.vanished.count,
      newlyQuarantined: diff.newlyQuarantined.count,
      noLongerQuarantined: diff.noLongerQuarantined.count,
    },
  };
}

function pagePairs(
  { known, stillRight, newlyBroken, fixed, stillWrong, changedUnlabelled, maps: compared }: PairChanges,
  rows: ReadonlyMap<string, number>,
  maps: readonly MapId[],
): PagePairChanges {
  const places = new Map(maps.map((map, place) => [JSON.stringify([map.layer, map.method, map.target]), place]));
  const mapOf = (target: string | null) =>
    compared === null ? -1 : (places.get(JSON.stringify([compared.layer, compared.method, target])) ?? -1);
  const decision = ({ decided, score }: PairDecision): PageDecision => ({
    decided,
    score: score === null ? null : digits(score, 5),
  });
  const short = ({ count, images }: ImageList<ChangedPair>): ImageList<ChangedPairRow> => ({
    count,
    images: images.slice(0, listed).flatMap((pair): ChangedPairRow[] => {
      const row = rows.get(pair.key);
      if (row === undefined) return [];
      const { class: index, isTrue, before, after, correlation } = pair;
      return [
        {
          row,
          class: index,
          isTrue,
          before: decision(before),
          after: decision(after),
          map: mapOf(after.target),
          ...(correlation === null ? {} : { correlation: digits(correlation, 3) }),
        },
      ];
    }),
  });
  return {
    known,
    stillRight,
    newlyBroken: short(newlyBroken),
    fixed: short(fixed),
    stillWrong: short(stillWrong),
    changedUnlabelled: short(changedUnlabelled),
    maps: compared && { ...compared, elsewhere: short(compared.elsewhere) },
  };
}

/**
 * The earlier run's maps of the listed images, from its evidence: the page needs nothing of the earlier output.
 * @throws UserError `damaged-output`; StoreError
 */
export async function earlierMaps(
  { diff, earlier }: ChangesContent,
  before: EarlierRows,
  rows: ReadonlyMap<string, number>,
): Promise<EarlierMaps> {
  if (diff.pairs !== undefined) return earlierPairMaps(diff.pairs, earlier, before, rows);
  const places = [...before].flatMap(([key, from]) => {
    const row = rows.get(key);
    return row === undefined ? [] : [{ row, from }];
  });
  places.sort((a, b) => a.row - b.row);
  const own = { rows: places.map(({ row }) => row), heatmaps: null };
  if (diff.elsewhere === null || places.length === 0) return own;
  const wanted = places.map(({ from }) => from);
  const [evidence] = await readRowsEvidence(earlier.output, earlier.table, wanted, [diff.elsewhere.map]);
  if (!evidence) return own;
  const heatmaps = places.map((_, place): Heatmap | null =>
    evidence.present[place] === 1 ? heatmapOf(evidence, place) : null,
  );
  return { ...own, heatmaps: packHeatmaps(heatmaps) };
}

async function earlierPairMaps(
  pairs: PairChanges,
  { output, table }: ChangesContent['earlier'],
  before: EarlierRows,
  rows: ReadonlyMap<string, number>,
): Promise<EarlierMaps> {
  const wanted = new Map<string, { row: number; from: number; class: number }>();
  for (const { images } of pairListsOf(pairs)) {
    for (const { key, class: index, before: decision } of images.slice(0, listed)) {
      const [row, from] = [rows.get(key), before.get(key)];
      if (row === undefined || from === undefined || decision.target === null) continue;
      wanted.set(`${row} ${index}`, { row, from, class: index });
    }
  }
  const places = [...wanted.values()].sort((a, b) => a.row - b.row || a.class - b.class);
  const own = { rows: places.map(({ row }) => row), classes: places.map((place) => place.class), heatmaps: null };
  const { maps } = pairs;
  const slots = maps && layerSlots(table).find(({ layer, method }) => layer === maps.layer && method === maps.method);
  if (!slots || places.length === 0) return own;
  const asked = places.map(({ from, class: index }) => ({ row: from, class: index }));
  const evidence = await readPairEvidence(output, table, asked, slots);
  if (!evidence) return own;
  const heatmaps = places.map((_, place): Heatmap | null =>
    evidence.present[place] === 1 ? heatmapOf(evidence, place) : null,
  );
  return { ...own, heatmaps: packHeatmaps(heatmaps) };
}
