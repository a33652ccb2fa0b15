/** Clusters of false positives and gaps, a class at a time, from pairs of an image and a class. */

import { at } from '../../explain/at.ts';
import type { Store } from '../../shared/store/store.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import { findClusters } from '../clusters/find-clusters.ts';
import { highMargins } from '../clusters/high-margin.ts';
import { countClasses, range, rounded } from '../clusters/numbers.ts';
import { type RunColumns, type SeenMaps, sampleOf } from '../clusters/sample.ts';
import type { Cluster, Findings, Gap } from '../contract.ts';
import { findGaps } from '../gaps/find-gaps.ts';
import type { GapReference } from '../gaps/held-against-reference.ts';
import { notAsked } from '../gaps/sentences.ts';
import { takeRows } from '../read/rows-evidence.ts';
import { keyOf, type RunTable } from '../read/run-table.ts';
import { trueClasses } from './co-occurrence.ts';
import { choosePairMaps, type ImageClass, readPairEvidence } from './pair-maps.ts';
import { isDecided, type PairTable, scoreOf, truthOf } from './pair-table.ts';
import { clusterText, gapText, type NameOfClass } from './sentences.ts';

/** Pairs whose evidence is read: of each class and kind, and in all. */
const mostOfClass = 600;
const mostPairs = 20_000;

/** A pair with its evidence. */
export interface SeenPair extends ImageClass {
  kind: 'true-positive' | 'false-positive' | 'false-negative';
}

export interface PairEvidence {
  analysed: Findings['analysed'];
  /** Maps of the pairs, the deepest layer first; null without evidence. */
  seen: { pairs: SeenPair[]; maps: SeenMaps } | null;
  /** Why there is none. */
  notes: string[];
}

/** @throws UserError `damaged-output`; StoreError */
export async function readPairs(output: Store, run: RunTable, table: PairTable): Promise<PairEvidence> {
  const none = { analysed: null, seen: null };
  const chosen = choosePairMaps(run);
  const [deepest] = chosen?.predicted ?? [];
  if (chosen === null || deepest === undefined) {
    return {
      ...none,
      notes: ['No clusters and no gaps: the run has no map of the grad-cam kind for classes of the images.'],
    };
  }
  if (!table.labelled.some((value) => value === 1)) {
    return { ...none, notes: ['No clusters and no gaps: no image is labelled. Run it again with --labels.'] };
  }
  const wanted = choosePairs(table);
  const layers = [...new Map([...chosen.predicted, ...chosen.label].map((own) => [own.layer, own])).values()];
  const read = new Map<string, NonNullable<Awaited<ReturnType<typeof readPairEvidence>>>>();
  for (const layer of layers) {
    const found = await readPairEvidence(output, run, wanted, layer);
    if (found !== null) read.set(layer.layer, found);
  }
  const maps = {
    predicted: chosen.predicted.flatMap(({ layer }) => read.get(layer) ?? []),
    label: chosen.label.flatMap(({ layer }) => read.get(layer) ?? []),
  };
  if (maps.predicted.length === 0 || maps.label.length === 0) {
    return {
      ...none,
      notes: ['No clusters and no gaps: the run wrote no evidence. Run it again without --no-evidence.'],
    };
  }
  const all = [...maps.predicted, ...maps.label];
  const rows = [...wanted.keys()].filter((place) => all.every(({ present }) => present[place] === 1));
  const { layer, method } = deepest;
  const target = deepest.slots[0]?.target.replace(/#1$/, '') ?? '';
  return {
    analysed: { layer, method, target },
    seen: {
      pairs: rows.map((place) => at(wanted, place)),
      maps: {
        predicted: maps.predicted.map((map) => takeRows(map, rows)),
        label: maps.label.map((map) => takeRows(map, rows)),
      },
    },
    notes: missingKinds(wanted, rows),
  };
}

function choosePairs(table: PairTable): SeenPair[] {
  const all = range(table.classes).flatMap((index) => {
    const ofClass: Record<SeenPair['kind'], SeenPair[]> = {
      'true-positive': [],
      'false-positive': [],
      'false-negative': [],
    };
    for (let row = 0; row < table.rows; row += 1) {
      const truth = truthOf(table, row, index);
      const decided = isDecided(table, row, index);
      const kind =
        truth === 1 ? (decided ? 'true-positive' : 'false-negative') : decided && truth === 0 ? 'false-positive' : null;
      if (kind !== null) ofClass[kind].push({ row, class: index, kind });
    }
    return Object.values(ofClass).flatMap((pairs) => systematicSample(pairs, mostOfClass));
  });
  return systematicSample(all, mostPairs);
}

function missingKinds(wanted: readonly SeenPair[], rows: readonly number[]): string[] {
  const seen = new Set(rows.map((place) => at(wanted, place).kind));
  const kinds = new Set(wanted.map(({ kind }) => kind));
  return [
    ...(kinds.has('false-positive') && !seen.has('false-positive')
      ? ['No clusters: the run has no maps of false positives. Run it again with --target predicted,label.']
      : []),
    ...(kinds.has('false-negative') && !seen.has('false-negative')
      ? ['No gaps: the run has no maps of classes that were missed. Run it again with --target predicted,label.']
      : []),
  ];
}

export interface PairGroups {
  clusters: Cluster[];
  gaps: Gap[];
  /** Places among the seen pairs that a claimed cluster holds. */
  explained: ReadonlySet<number>;
}

/** Groups as for images with one label: for a false positive the image's own classes stand for the label, and for a missed class what was decided. */
export function pairGroups(
  run: RunTable,
  table: PairTable,
  { pairs, maps }: NonNullable<PairEvidence['seen']>,
  name: NameOfClass,
  reference: GapReference | null,
): PairGroups {
  const falseRun = asRun(run, table, pairs, 'false-positive');
  const margins = highMargins(falseRun.columns);
  const clusterMaps = mapsOf(maps, falseRun.places);
  const sample = sampleOf(falseRun.columns, Int32Array.from(falseRun.places.keys()));
  const found = findClusters(sample, clusterMaps, margins);
  const missedRun = asRun(run, table, pairs, 'false-negative');
  const gapSample = sampleOf(missedRun.columns, Int32Array.from(missedRun.places.keys()));
  const gapMargins = { threshold: highMargins(missedRun.columns).threshold, nullModel: found.nullModel };
  const foundGaps = findGaps(gapSample, mapsOf(maps, missedRun.places), new Set(), reference, gapMargins);
  const pairAt = (own: { places: number[] }, row: number) => at(pairs, at(own.places, row));
  const clusters = found.clusters
    .sort(
      (a, b) =>
        Number(b.claimed) - Number(a.claimed) ||
        b.size * b.spuriousCue - a.size * a.spuriousCue ||
        a.predicted - b.predicted,
    )
    .map(({ rows, ...cluster }, rank): Cluster => {
      const members = rows.map((row) => pairAt(falseRun, row).row);
      const labels = countClasses(members.flatMap((row) => trueClasses(table, row)));
      const errorRate = { ...cluster.errorRate, classes: rounded(rateAmong(table, cluster.predicted, members)) };
      const own = { ...cluster, labels, errorRate, id: `cluster-${rank + 1}` };
      return {
        ...own,
        proofs: null,
        evidence: notAsked(own.claimed),
        sentence: clusterText(own, members.filter((row) => trueClasses(table, row).length === 0).length, name),
      };
    });
  const gaps = foundGaps
    .sort((a, b) => Number(b.claimed) - Number(a.claimed) || b.size - a.size || a.label - b.label)
    .map(({ rows, nearCorrect: _, ...gap }, rank): Gap => {
      const members = rows.map((row) => pairAt(missedRun, row).row);
      const predicted = countClasses(members.flatMap((row) => decidedClasses(table, row)));
      const own = { ...gap, predicted, id: `gap-${rank + 1}` };
      return { ...own, sentence: gapText(own, name) };
    });
  const explained = new Set(
    found.clusters.filter(({ claimed }) => claimed).flatMap(({ rows }) => rows.map((row) => at(falseRun.places, row))),
  );
  return { clusters, gaps, explained };
}

/** A run's true positives, for gaps of another run to be compared with. */
export function gapReference(
  run: RunTable,
  table: PairTable,
  { pairs, maps }: NonNullable<PairEvidence['seen']>,
): GapReference {
  const { columns, places } = asRun(run, table, pairs, 'false-negative');
  return { sample: sampleOf(columns, Int32Array.from(places.keys())), maps: mapsOf(maps, places) };
}

/** Of the images without the class that have one of the members' labels, the share that is decided as the class. */
function rateAmong(table: PairTable, index: number, members: readonly number[]): number {
  const labels = new Set(members.flatMap((row) => trueClasses(table, row)));
  let [all, decided] = [0, 0];
  for (let row = 0; row < table.rows; row += 1) {
    if (truthOf(table, row, index) !== 0) continue;
    const own = trueClasses(table, row);
    if (labels.size > 0 && !own.some((label) => labels.has(label))) continue;
    all += 1;
    if (isDecided(table, row, index)) decided += 1;
  }
  return all === 0 ? 0 : decided / all;
}

function decidedClasses(table: PairTable, row: number): number[] {
  return range(table.classes)
    .filter((index) => isDecided(table, row, index))
    .sort((a, b) => scoreOf(table, row, b) - scoreOf(table, row, a));
}

/** True positives and mistakes of one kind as a run of images with one label. */
function asRun(
  run: RunTable,
  table: PairTable,
  pairs: readonly SeenPair[],
  kind: 'false-positive' | 'false-negative',
): { columns: RunColumns; places: number[] } {
  const places = [...pairs.keys()].filter((place) => [kind, 'true-positive'].includes(at(pairs, place).kind));
  const own = places.map((place) => at(pairs, place));
  const nothing = table.classes;
  const other = ({ class: index }: SeenPair, classes: number[]) =>
    classes.find((candidate) => candidate !== index) ?? nothing;
  const label = own.map((pair) =>
    pair.kind === 'false-positive' ? other(pair, trueClasses(table, pair.row)) : pair.class,
  );
  const predicted = own.map((pair) =>
    pair.kind === 'false-negative' ? other(pair, decidedClasses(table, pair.row)) : pair.class,
  );
  return {
    places,
    columns: {
      keys: own.map(({ row }) => keyOf(run, row)),
      label: Int32Array.from(label),
      predicted: Int32Array.from(predicted),
      margin: Float64Array.from(own, (pair) => marginOf(table, pair)),
    },
  };
}

/** How far the score is from its threshold, as a share of how far it can be. */
function marginOf(table: PairTable, { row, class: index }: SeenPair): number {
  const threshold = at(table.thresholds, index);
  const score = scoreOf(table, row, index) || 0;
  return score >= threshold
    ? (score - threshold) / Math.max(1 - threshold, 1e-9)
    : (threshold - score) / Math.max(threshold, 1e-9);
}

function mapsOf(maps: SeenMaps, rows: readonly number[]): SeenMaps {
  const present = (map: SeenMaps['label'][number]) => ({
    ...map,
    present: new Uint8Array(map.evidence.length / map.channels).fill(1),
  });
  return {
    predicted: maps.predicted.map((map) => takeRows(present(map), rows)),
    label: maps.label.map((map) => takeRows(present(map), rows)),
  };
}
