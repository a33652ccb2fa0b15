/** What changed since an earlier run, as the page has it, and what the earlier run looked at. */

import { at } from '../../explain/at.ts';
import type { Store } from '../../shared/store/store.ts';
import type { ImageList, RunDiff } from '../diff/contract.ts';
import { readRowsEvidence } from '../read/rows-evidence.ts';
import type { RunTable } from '../read/run-table.ts';
import { digits } from './digits.ts';
import { type Heatmap, heatmapOf, packHeatmaps } from './image-details.ts';
import type { ChangedRow, EarlierMaps, PageChanges } from './page-data.ts';

export interface ChangesContent {
  diff: RunDiff;
  earlier: { output: Store; table: RunTable };
}

/** Rows of the listed images in the earlier run, by key. */
export type EarlierRows = ReadonlyMap<string, number>;

/** Images of each list that the page shows; `report/diff.json` has more. */
const listed = 500;

type Listed = { key: string; correlation?: number };

/** The lists that the page shows, by name. */
function listsOf({ newlyBroken, fixed, stillWrong, changedUnlabelled, elsewhere }: RunDiff): ImageList<Listed>[] {
  return [newlyBroken, fixed, stillWrong, changedUnlabelled, ...(elsewhere ? [elsewhere.images] : [])];
}

/** The images that the page must hold, with their rows in the earlier run. */
export function earlierRows({ diff, earlier }: ChangesContent): EarlierRows {
  const wanted = new Set(listsOf(diff).flatMap(({ images }) => images.slice(0, listed).map(({ key }) => key)));
  const found = new Map<string, number>();
  for (const [row, key] of earlier.table.keys.entries()) if (wanted.has(key)) found.set(key, row);
  return found;
}

/** @param rows row of each key on the page; it has all of `before` */
export function pageChanges(
  { diff, earlier }: ChangesContent,
  before: EarlierRows,
  rows: ReadonlyMap<string, number>,
): PageChanges {
  const { predicted, score } = earlier.table;
  const short = ({ count, images }: ImageList<Listed>): ImageList<ChangedRow> => ({
    count,
    images: images.slice(0, listed).flatMap(({ key, correlation }): ChangedRow[] => {
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
    apart: {
      relabelled: diff.relabelled.count,
      added: diff.added.count,
      vanished: diff.vanished.count,
      newlyQuarantined: diff.newlyQuarantined.count,
      noLongerQuarantined: diff.noLongerQuarantined.count,
    },
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
