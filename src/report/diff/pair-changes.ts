/** Pairs of an image and a class: whose decision changed, and how far the maps for the class moved. */

import { at } from '../../explain/at.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import { number } from '../findings/notes.ts';
import { type ImageClass, type LayerSlots, readPairEvidence } from '../pairs/pair-maps.ts';
import { isDecided, type PairTable, scoreOf, truthOf } from '../pairs/pair-table.ts';
import { keyOf, mapState, type RunTable } from '../read/run-table.ts';
import { listOf } from './changed-images.ts';
import { commonLayer, noCommonLayer, PairSlots } from './common-layer.ts';
import type { ChangedPair, MovedMaps, PairChanges, PairDecision, PairFate, PairMaps } from './contract.ts';
import { heatmapCorrelation } from './correlation.ts';
import type { PairsOfRuns } from './judge.ts';
import { type ElsewhereOptions, middle, type RunWithMaps } from './looking-elsewhere.ts';
import type { MatchedRuns } from './match-runs.ts';

/** A pair with its rows in both runs. */
interface MatchedPair {
  from: number;
  to: number;
  class: number;
  fate: PairFate;
}

/** With a map in both runs that shows something. */
interface ExplainedPair extends MatchedPair {
  correlation: number;
}

/** Pairs whose heatmaps are in memory at once. */
const chunk = 2048;

/** @throws UserError `damaged-output`; StoreError */
export async function pairChanges(
  before: RunWithMaps,
  after: RunWithMaps,
  pairs: PairsOfRuns,
  { rowBefore }: MatchedRuns,
  options: ElsewhereOptions,
): Promise<{ pairs: PairChanges; notes: string[] }> {
  const { kept } = options;
  const layers = commonLayer(before.table, after.table);
  const [was, is] = [new PairSlots(layers?.before), new PairSlots(layers?.after)];
  const lists = {
    newlyBroken: [] as MatchedPair[],
    fixed: [] as MatchedPair[],
    stillWrong: [] as MatchedPair[],
    unknown: [] as MatchedPair[],
  };
  const explained: ExplainedPair[] = [];
  const degenerate = { before: 0, after: 0, both: 0 };
  let [known, stillRight] = [0, 0];
  for (const pair of matchedPairs(before.table, after.table, pairs, rowBefore)) {
    const { from, to, class: index, fate } = pair;
    const isSame = isDecided(pairs.before, from, index) === isDecided(pairs.after, to, index);
    if (fate !== 'unknown') known += 1;
    if (fate === 'stillRight') stillRight += 1;
    else if (fate !== 'unknown' || !isSame) lists[fate].push(pair);
    const [then, now] = [was.stateOf(from, index), is.stateOf(to, index)];
    if (then === mapState.normal && now === mapState.normal) explained.push({ ...pair, correlation: Number.NaN });
    else if (then === mapState.degenerate && now === mapState.degenerate) degenerate.both += 1;
    else if (then === mapState.degenerate && now === mapState.normal) degenerate.before += 1;
    else if (then === mapState.normal && now === mapState.degenerate) degenerate.after += 1;
  }
  const distance = (table: PairTable, row: number, index: number) =>
    Math.abs((scoreOf(table, row, index) || 0) - at(table.thresholds, index));
  const byDistance = (side: 'from' | 'to') => (a: MatchedPair, b: MatchedPair) => {
    const table = side === 'from' ? pairs.before : pairs.after;
    return distance(table, b[side], b.class) - distance(table, a[side], a.class) || a.to - b.to || a.class - b.class;
  };
  lists.newlyBroken.sort(byDistance('to'));
  lists.fixed.sort(byDistance('from'));
  lists.stillWrong.sort(byDistance('to'));
  lists.unknown.sort(byDistance('to'));

  const sample = systematicSample(explained, options.mostCompared);
  const found = new Map(explained.map((pair) => [pairId(pair), pair]));
  const listed = Object.values(lists).flatMap((list) =>
    list.slice(0, kept).flatMap((pair) => found.get(pairId(pair)) ?? []),
  );
  if (layers !== null) await compareMaps(before, after, layers, [...new Set([...sample, ...listed])]);
  const describe = (pair: MatchedPair): ChangedPair => ({
    key: keyOf(after.table, pair.to),
    class: pair.class,
    isTrue: truthOf(pairs.after, pair.to, pair.class) < 0 ? null : truthOf(pairs.after, pair.to, pair.class) === 1,
    before: decisionOf(pairs.before, was, pair.from, pair.class),
    after: decisionOf(pairs.after, is, pair.to, pair.class),
    correlation: numberOrNull(found.get(pairId(pair))?.correlation ?? Number.NaN),
  });
  const unchanged = (pair: MatchedPair) =>
    isDecided(pairs.before, pair.from, pair.class) === isDecided(pairs.after, pair.to, pair.class);
  const apart = sample
    .filter((pair) => unchanged(pair) && pair.correlation < options.threshold)
    .sort((a, b) => a.correlation - b.correlation || a.to - b.to || a.class - b.class);
  const maps: PairMaps | null =
    layers === null
      ? null
      : {
          layer: layers.after.layer,
          method: layers.after.method,
          threshold: options.threshold,
          moved: movedMaps(explained, sample, options.threshold),
          elsewhere: listOf(apart, kept, describe),
          degenerate,
        };
  return {
    pairs: {
      known,
      stillRight,
      newlyBroken: listOf(lists.newlyBroken, kept, describe),
      fixed: listOf(lists.fixed, kept, describe),
      stillWrong: listOf(lists.stillWrong, kept, describe),
      changedUnlabelled: listOf(lists.unknown, kept, describe),
      maps,
    },
    notes: maps === null ? [noCommonLayer(before.table, after.table)] : notesOn(explained, sample),
  };
}

/** Of images that both runs explain, where the truth is the same in both, or unknown in both. */
function* matchedPairs(
  before: RunTable,
  after: RunTable,
  pairs: PairsOfRuns,
  rowBefore: Int32Array,
): Generator<MatchedPair> {
  const classes = Math.min(pairs.before.classes, pairs.after.classes);
  for (const [to, from] of rowBefore.entries()) {
    if (from < 0 || before.quarantined[from] === 1 || after.quarantined[to] === 1) continue;
    for (let index = 0; index < classes; index += 1) {
      const truth = truthOf(pairs.after, to, index);
      if (truth !== truthOf(pairs.before, from, index)) continue;
      const [was, is] = [isDecided(pairs.before, from, index), isDecided(pairs.after, to, index)];
      yield { from, to, class: index, fate: fateOf(truth, was, is) };
    }
  }
}

function fateOf(truth: number, was: boolean, is: boolean): PairFate {
  if (truth < 0) return 'unknown';
  const isTrue = truth === 1;
  if (was === isTrue) return is === isTrue ? 'stillRight' : 'newlyBroken';
  return is === isTrue ? 'fixed' : 'stillWrong';
}

function decisionOf(table: PairTable, slots: PairSlots, row: number, index: number): PairDecision {
  return {
    decided: isDecided(table, row, index),
    score: numberOrNull(scoreOf(table, row, index)),
    target: slots.targetOf(row, index),
  };
}

/** Scores are kept in single precision; more digits would only fill the file. */
function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : Number(value.toPrecision(7));
}

/** Writes the correlations into the pairs; NaN stays where there is nothing to compare. */
async function compareMaps(
  before: RunWithMaps,
  after: RunWithMaps,
  layers: { before: LayerSlots; after: LayerSlots },
  pairs: readonly ExplainedPair[],
): Promise<void> {
  for (let start = 0; start < pairs.length; start += chunk) {
    const own = pairs.slice(start, start + chunk);
    const side = (rows: 'from' | 'to') => own.map((pair): ImageClass => ({ row: pair[rows], class: pair.class }));
    const [was, is] = await Promise.all([
      readPairEvidence(before.output, before.table, side('from'), layers.before),
      readPairEvidence(after.output, after.table, side('to'), layers.after),
    ]);
    if (was === null || is === null || was.height !== is.height || was.width !== is.width) continue;
    const cells = is.height * is.width;
    for (const [i, pair] of own.entries()) {
      if (was.present[i] !== 1 || is.present[i] !== 1) continue;
      const [first, end] = [i * cells, (i + 1) * cells];
      pair.correlation = heatmapCorrelation(was.heatmaps.subarray(first, end), is.heatmaps.subarray(first, end));
    }
  }
}

function movedMaps(
  explained: readonly ExplainedPair[],
  sample: readonly ExplainedPair[],
  threshold: number,
): PairMaps['moved'] {
  const of = (fate: PairFate): MovedMaps => {
    const compared = sample
      .flatMap((pair) => (pair.fate === fate && !Number.isNaN(pair.correlation) ? [pair.correlation] : []))
      .sort((a, b) => a - b);
    return {
      explained: explained.filter((pair) => pair.fate === fate).length,
      compared: compared.length,
      medianCorrelation: middle(compared),
      elsewhere: compared.filter((correlation) => correlation < threshold).length,
    };
  };
  return {
    stillRight: of('stillRight'),
    newlyBroken: of('newlyBroken'),
    fixed: of('fixed'),
    stillWrong: of('stillWrong'),
    unknown: of('unknown'),
  };
}

function notesOn(explained: readonly ExplainedPair[], sample: readonly ExplainedPair[]): string[] {
  const without = sample.filter(({ correlation }) => Number.isNaN(correlation)).length;
  return [
    ...(sample.length < explained.length
      ? [
          `Maps were compared for ${number(sample.length)} of the ${pairsText(explained.length)} that both runs explain, a sample.`,
        ]
      : []),
    ...(without > 0
      ? [
          `The maps of ${pairsText(without)} could not be compared: a run has no evidence of them, their maps have different sizes, or a map has nothing positive.`,
        ]
      : []),
    ...(explained.length === 0
      ? [
          'No class of an image has a map in both runs. With --target predicted,label each has maps of its decided and its true classes.',
        ]
      : []),
  ];
}

function pairsText(count: number): string {
  return `${number(count)} ${count === 1 ? 'pair' : 'pairs'} of an image and a class`;
}

function pairId({ to, class: index }: MatchedPair): string {
  return `${to} ${index}`;
}
