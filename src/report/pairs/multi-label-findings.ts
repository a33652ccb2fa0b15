/** Findings of a run whose images may have several labels: on pairs of an image and a class. */

import type { Store } from '../../shared/store/store.ts';
import { meanHeatmap, placeOf } from '../clusters/mean-heatmap.ts';
import { median, rounded } from '../clusters/numbers.ts';
import type { ClassFinding, CollectionItem, Findings, MultiLabelFindings, TravellingCue } from '../contract.ts';
import { heatmapCorrelation } from '../diff/correlation.ts';
import { nameOfClass } from '../findings/class-name.ts';
import { cutNote, number } from '../findings/notes.ts';
import { countImages } from '../findings/score-findings.ts';
import type { GapReference } from '../gaps/held-against-reference.ts';
import { readRun } from '../read/read-run.ts';
import type { RunDescription } from '../read/run-description.ts';
import { keyOf, type PairColumns, type RunTable } from '../read/run-table.ts';
import { checkSameClasses } from '../read/same-classes.ts';
import { coOccurrence, type Travelling } from './co-occurrence.ts';
import { missingLabelOf, missingLabels } from './missing-labels.ts';
import { gapReference, type PairEvidence, pairGroups, readPairs } from './pair-evidence.ts';
import { pairMistakes } from './pair-mistakes.ts';
import { pairFindings } from './pair-scores.ts';
import { pairTable } from './pair-table.ts';
import { type NameOfClass, travellingText } from './sentences.ts';

export type PairFindingsOfRun = Pick<
  Findings,
  | 'counts'
  | 'accuracy'
  | 'classes'
  | 'confusion'
  | 'calibration'
  | 'analysed'
  | 'mistakes'
  | 'labelErrors'
  | 'clusters'
  | 'gaps'
  | 'collect'
  | 'notes'
> & { multiLabel: MultiLabelFindings };

export interface KeptLists {
  mistakesKept: number;
  labelErrorsKept: number;
}

/** Images of a cue that are named. */
const cueImages = 24;

/** @throws UserError `damaged-output`, `classes-differ` (of the reference); StoreError */
export async function multiLabelFindings(
  output: Store,
  run: RunTable,
  pairs: PairColumns,
  description: RunDescription,
  reference: Store | null,
  { mistakesKept, labelErrorsKept }: KeptLists,
): Promise<PairFindingsOfRun> {
  const table = pairTable(run, pairs, description);
  const name: NameOfClass = (index) =>
    index >= table.classes ? 'none of the classes' : nameOfClass(run.classNames, index);
  const scored = pairFindings(table, run.classNames);
  const evidence = await readPairs(output, run, table);
  const compared = reference === null ? notCompared : await comparedWith(reference, run, evidence);
  const groups = evidence.seen === null ? null : pairGroups(run, table, evidence.seen, name, compared.known);
  const [deepest] = evidence.seen?.maps.predicted ?? [];
  const { travelling, ...together } = coOccurrence(table);
  const explained = new Set([...(groups?.explained ?? []), ...placesOfCues(evidence, travelling)]);
  const suspected =
    evidence.seen === null || deepest === undefined
      ? []
      : missingLabels(table, evidence.seen.pairs, deepest, explained);
  const cues = travelling.map((cue, rank) => cueOf(run, cue, rank, evidence, name));
  const mistakes = pairMistakes(run, table);
  const { exact } = scored;
  const counts = { ...countImages(run), labelled: exact.images, correct: exact.right };
  return {
    counts,
    accuracy: exact.share,
    classes: scored.classes.map(classFinding),
    confusion: [],
    calibration: null,
    analysed: evidence.analysed,
    mistakes: [],
    labelErrors: [],
    clusters: groups?.clusters ?? [],
    gaps: groups?.gaps ?? [],
    collect: collectionOf(cues, groups),
    notes: [
      ...thresholdNotes(description),
      ...(scored.pairs.unknown === 0
        ? []
        : [`${number(scored.pairs.unknown)} pairs of an image and a class whose truth is not known count nowhere.`]),
      ...(suspected.length === 0
        ? []
        : [
            `${number(suspected.length)} false positives are probably missing labels. They are listed apart, and count as false positives all the same.`,
          ]),
      ...evidence.notes,
      ...compared.notes,
      ...cutNote('false positives and false negatives', mistakesKept, mistakes.length),
      ...cutNote('suspected missing labels', labelErrorsKept, suspected.length),
    ],
    multiLabel: {
      threshold: kindOf(description.threshold),
      ...scored,
      coOccurrence: { ...together, travelling: cues },
      missingLabels: suspected.slice(0, labelErrorsKept).map((own) => missingLabelOf(run, own, name)),
      mistakes: mistakes.slice(0, mistakesKept),
    },
  };
}

interface Compared {
  known: GapReference | null;
  notes: readonly string[];
}

const notCompared: Compared = { known: null, notes: [] };

/** What the reference's true positives show, where it shows the same layers. */
async function comparedWith(reference: Store, own: RunTable, { analysed }: PairEvidence): Promise<Compared> {
  const without = (why: string) => ({
    known: null,
    notes: [`The reference ${reference.location} ${why}, so gaps are not compared with it.`],
  });
  const { description, table: run } = await readRun(reference);
  checkSameClasses(own, run, ['the run', 'the reference']);
  if (run.pairs === undefined) return without('has one label an image');
  const table = pairTable(run, run.pairs, description);
  const evidence = await readPairs(reference, run, table);
  const isAlike = evidence.analysed?.layer === analysed?.layer && evidence.analysed?.method === analysed?.method;
  if (evidence.seen === null || !isAlike) return without('has no evidence of the same layers and targets');
  return { known: gapReference(run, table, evidence.seen), notes: [] };
}

/** Places among the seen pairs that a travelling cue explains. */
function placesOfCues({ seen }: PairEvidence, travelling: readonly Travelling[]): number[] {
  const rows = new Map<number, Set<number>>();
  for (const cue of travelling) rows.set(cue.class, new Set([...(rows.get(cue.class) ?? []), ...cue.rows]));
  return [...(seen?.pairs.entries() ?? [])].flatMap(([place, pair]) =>
    rows.get(pair.class)?.has(pair.row) === true ? [place] : [],
  );
}

function kindOf(threshold: RunDescription['threshold']): MultiLabelFindings['threshold'] {
  if (threshold === 'best-f1') return threshold;
  return typeof threshold === 'object' ? 'file' : 'number';
}

function thresholdNotes({ threshold, thresholds }: RunDescription): string[] {
  if (threshold !== 'best-f1') return [];
  return [
    thresholds === null
      ? 'Thresholds are chosen when the run is complete: until then each is 0.5.'
      : 'Each threshold is the one with the highest F1 on this run, so F1 looks better than it will be on other images. Maps and records go by 0.5. ' +
        'thresholds.json holds the thresholds: a run with --threshold thresholds.json goes by them.',
  ];
}

function classFinding(own: MultiLabelFindings['classes'][number]): ClassFinding {
  const { truePositives, falsePositives, falseNegatives, precision, recall, f1 } = own;
  const counts = { truePositives, falsePositives, falseNegatives, precision, recall, f1 };
  return {
    class: own.class,
    name: own.name,
    support: own.positives,
    predicted: truePositives + falsePositives,
    ...counts,
  };
}

function cueOf(run: RunTable, cue: Travelling, rank: number, { seen }: PairEvidence, name: NameOfClass): TravellingCue {
  const { rows, rate, otherwise, chance, falsePositives } = cue;
  const wanted = new Set(rows);
  const places = [...(seen?.pairs.keys() ?? [])].filter((place) => {
    const pair = seen?.pairs[place];
    return pair !== undefined && pair.class === cue.class && wanted.has(pair.row);
  });
  const [deepest] = seen?.maps.predicted ?? [];
  const heatmap = deepest === undefined || places.length === 0 ? null : meanHeatmap(deepest, places);
  const place = heatmap === null ? null : placeOf(heatmap);
  const agreement = agreementOf(seen, cue, places);
  return {
    id: `cue-${rank + 1}`,
    class: cue.class,
    with: cue.with,
    count: rows.length,
    falsePositives,
    rate,
    otherwise,
    chance,
    heatmap,
    place,
    agreement,
    images: rows.slice(0, cueImages).map((row) => keyOf(run, row)),
    sentence: travellingText(cue, place, agreement, name),
  };
}

/** Of the two maps of each image; null where none has both. */
function agreementOf(seen: PairEvidence['seen'], cue: Travelling, places: readonly number[]): number | null {
  const [deepest] = seen?.maps.predicted ?? [];
  if (seen === null || deepest === undefined) return null;
  const cells = deepest.height * deepest.width;
  const heatmap = (place: number) => deepest.heatmaps.subarray(place * cells, (place + 1) * cells);
  const others = new Map(
    [...seen.pairs.entries()].flatMap(([place, pair]) => (pair.class === cue.with ? [[pair.row, place] as const] : [])),
  );
  const correlations = places.flatMap((place) => {
    const other = others.get(seen.pairs[place]?.row ?? -1);
    const correlation = other === undefined ? Number.NaN : heatmapCorrelation(heatmap(place), heatmap(other));
    return Number.isNaN(correlation) ? [] : [correlation];
  });
  return correlations.length === 0 ? null : rounded(median(correlations));
}

/** Two findings that share so much of the smaller one are one fault seen twice. */
const sameFault = 0.5;

function collectionOf(cues: readonly TravellingCue[], groups: ReturnType<typeof pairGroups> | null): CollectionItem[] {
  const candidates = [
    ...cues.map((cue) => ({
      class: cue.class,
      from: cue.id,
      mistakes: cue.count,
      images: cue.images,
      sentence: cue.sentence,
    })),
    ...(groups?.clusters ?? [])
      .filter(({ claimed }) => claimed)
      .map((cluster) => ({
        class: cluster.predicted,
        from: cluster.id,
        mistakes: cluster.size,
        images: cluster.images,
        sentence: cluster.sentence,
      })),
    ...(groups?.gaps ?? [])
      .filter(({ claimed }) => claimed)
      .map((gap) => ({
        class: gap.label,
        from: gap.id,
        mistakes: gap.size,
        images: gap.images,
        sentence: gap.sentence,
      })),
  ].map((item) => ({ ...item, alsoFrom: noneYet() }));
  const kept: typeof candidates = [];
  const isCue = ({ from }: { from: string }) => Number(from.startsWith('cue-'));
  // A cue names its cause.
  const ordered = candidates.sort(
    (a, b) => isCue(b) - isCue(a) || b.mistakes - a.mistakes || a.from.localeCompare(b.from),
  );
  for (const candidate of ordered) {
    const same = kept.find(
      (other) => other.class === candidate.class && overlap(other.images, candidate.images) >= sameFault,
    );
    if (same === undefined) kept.push(candidate);
    else same.alsoFrom.push(candidate.from);
  }
  return kept.map((item, place) => ({ rank: place + 1, ...item }));
}

function noneYet(): string[] {
  return [];
}

/** Share of the smaller list that is in the other, too. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const inA = new Set(a);
  return b.filter((key) => inA.has(key)).length / Math.max(1, Math.min(a.length, b.length));
}
