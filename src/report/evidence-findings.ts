/** Findings from what the network looked at: clusters of false positives, gaps in the data, what to collect. */

import { at } from '../explain/at.ts';
import type { Store } from '../shared/store/store.ts';
import { chooseImages } from './clusters/choose-images.ts';
import { type ChosenMaps, chooseMaps } from './clusters/choose-maps.ts';
import { sum } from './clusters/numbers.ts';
import type { Findings } from './contract.ts';
import { type EvidenceOf, findClustersAndGaps } from './gaps/find-clusters-and-gaps.ts';
import { AskedClusters, type NetworkToAsk } from './interventions/asked-clusters.ts';
import type { ProofFile } from './interventions/proof-files.ts';
import { readRun } from './read/read-run.ts';
import { type RowsEvidence, readRowsEvidence, takeRows } from './read/rows-evidence.ts';
import { isMistake, type MapColumns, type RunTable } from './read/run-table.ts';
import { checkSameClasses } from './read/same-classes.ts';

export type EvidenceFindings = Pick<Findings, 'analysed' | 'clusters' | 'gaps' | 'collect' | 'notes'> & {
  /** Pictures of the clusters' proofs. */
  files: ProofFile[];
};

/** Bytes that the evidence of the chosen images may take, for one run. */
const mostBytes = 300 << 20;
const mostImages = 20_000;

/** @throws UserError `classes-differ` when the reference has other classes; UserError, StoreError as reading evidence does */
export async function evidenceFindings(
  output: Store,
  table: RunTable,
  reference: Store | null,
  ask: NetworkToAsk | null = null,
): Promise<EvidenceFindings> {
  const chosen = chooseMaps(table.maps);
  const none = { clusters: [], gaps: [], collect: [], files: [] };
  if (chosen === null) {
    return {
      ...none,
      analysed: null,
      notes: ['No clusters and no gaps: the run has no map of the grad-cam kind for the predicted class.'],
    };
  }
  const [deepest] = chosen.predicted;
  const analysed = deepest === undefined ? null : nameOf(deepest);
  const own = await evidenceOf(output, table, chosen);
  if (own === null) {
    const notes = table.label.some((label) => label >= 0)
      ? ['No clusters and no gaps: the run wrote no evidence. Run it again without --no-evidence.']
      : ['No clusters and no gaps: no image is labelled. Run it again with --labels.'];
    return { ...none, analysed: null, notes };
  }
  const notes = [...sampleNotes(own, table)];
  const known = reference === null ? null : await referenceEvidence(reference, table, chosen);
  if (reference !== null && known === null) {
    notes.push(
      `The reference ${reference.location} has no evidence of the same layers and targets, so gaps are not compared with it.`,
    );
  }
  await using tests = new AskedClusters(own, ask);
  const { notes: more, ...found } = await findClustersAndGaps(own, table.classNames, known, tests);
  return { analysed, ...found, notes: [...notes, ...more, ...tests.notes] };
}

async function referenceEvidence(
  reference: Store,
  own: RunTable,
  chosen: ChosenMaps<MapColumns>,
): Promise<EvidenceOf | null> {
  const { table } = await readRun(reference);
  checkSameClasses(own, table, ['the run', 'the reference']);
  // Gaps are compared by what the true class shows.
  return evidenceOf(reference, table, chosen);
}

/** Null where there is no evidence of one of the maps. */
async function evidenceOf(output: Store, table: RunTable, chosen: ChosenMaps<MapColumns>): Promise<EvidenceOf | null> {
  const names = [...new Map([...chosen.predicted, ...chosen.label].map((map) => [idOf(map), nameOf(map)])).values()];
  const all = chooseImages(table);
  const sizes = (await readRowsEvidence(output, table, all.subarray(0, 1), names)).map(bytesOf);
  const bytes = Math.max(1, sum(sizes));
  const most = Math.min(mostImages, Math.floor(mostBytes / bytes / 2));
  const rows = chooseImages(table, { mistakes: most, correct: most });
  const evidence = await readRowsEvidence(output, table, rows, names);
  const read = new Map<string, RowsEvidence>();
  for (const [i, name] of names.entries()) {
    const found = evidence[i];
    if (found) read.set(idOf(name), found);
  }
  const pick = (maps: readonly MapColumns[]) => maps.flatMap((map) => read.get(idOf(map)) ?? []);
  const maps = { predicted: pick(chosen.predicted), label: pick(chosen.label) };
  if (maps.predicted.length === 0 || maps.label.length === 0) return null;
  // Images of a shard without evidence would all look alike: like nothing.
  const seen = Array.from(rows.keys()).filter((i) =>
    [...maps.predicted, ...maps.label].every(({ present }) => present[i] === 1),
  );
  const ofSeen = (own: RowsEvidence[]) => own.map((map) => takeRows(map, seen));
  return {
    run: table,
    seen: Int32Array.from(seen, (i) => at(rows, i)),
    maps: { predicted: ofSeen(maps.predicted), label: ofSeen(maps.label) },
  };
}

function bytesOf(evidence: RowsEvidence | null): number {
  return evidence === null
    ? 0
    : (evidence.channels + evidence.height * evidence.width) * Float32Array.BYTES_PER_ELEMENT;
}

function sampleNotes({ seen }: EvidenceOf, { label, predicted }: RunTable): string[] {
  const mistakes = label.reduce((count, _, row) => count + Number(isMistake({ label, predicted }, row)), 0);
  const read = seen.filter((row) => label[row] !== predicted[row]).length;
  return read < mistakes
    ? [
        `Clusters and gaps come from ${read} of ${mistakes} mistakes, taken at equal steps through the run; sizes count those.`,
      ]
    : [];
}

function nameOf({ layer, method, target }: MapColumns) {
  return { layer, method, target };
}

function idOf({ layer, method, target }: { layer: string; method: string; target: string }): string {
  return JSON.stringify([layer, method, target]);
}
