/** The rows of a SpRAy export: of an image each, or where images may have several labels of an image and a class. */

import { outcomeOf } from '../../shared/run/decide.ts';
import { pairsOf } from '../../shared/run/image-decisions.ts';
import type { DoneRecord } from '../../shared/run/record.ts';
import { type EvidenceRows, readEvidence } from '../read/evidence.ts';
import { sameMap } from '../read/table-builder.ts';
import type { CsvCell } from './csv-text.ts';
import { analysedRows, type ExportedRun, slotsOf } from './exported-run.ts';
import { squareHeatmap } from './square-heatmap.ts';

/** Rows and columns of every heatmap. */
export const heatmapSide = 32;

/** What the index says in one column; lists are class indices. */
export type SprayFact = CsvCell | readonly number[];

/** A heatmap, the class of its stack, and what the index says of it. */
export interface SprayRow {
  key: string;
  class: number;
  heatmap: Float32Array;
  facts: Record<string, SprayFact>;
}

export const imageColumns = ['file', 'row', 'key', 'label', 'label_name', 'predicted', 'predicted_name', 'score'];

/** Images whose map for the predicted class shows anything. */
export async function* imageRows(run: ExportedRun): AsyncGenerator<SprayRow> {
  const nameOf = (index: number | null) => (index === null ? null : (run.names[index] ?? null));
  for await (const { shard, images } of run.shards()) {
    const rows = await analysedRows(run, shard, images);
    if (rows === null) continue;
    for (const [at, { record }] of images.entries()) {
      const heatmap = squareRow(rows, at);
      if (heatmap === null) continue;
      const { key, label, predicted, score } = record;
      const names = { label_name: nameOf(label), predicted_name: nameOf(predicted) };
      yield { key, class: predicted, heatmap, facts: { key, label, predicted, score, ...names } };
    }
  }
}

export const pairColumns = [
  ...['file', 'row', 'sample', 'key', 'class', 'class_name', 'is_true', 'decided', 'score', 'outcome'],
  ...['labels', 'predicted'],
];

/** Classes of images whose map shows anything; a class that several targets explain is there once. */
export async function* pairRows(run: ExportedRun): AsyncGenerator<SprayRow> {
  const slots = slotsOf(run).filter(({ target }) => !target.includes('-vs-'));
  for await (const { shard, images } of run.shards()) {
    const lines = images.map(({ line }) => line);
    const evidence = (await readEvidence(run.output, shard, slots, lines)) ?? [];
    for (const [at, { record }] of images.entries()) {
      const seen = new Set<number>();
      for (const [place, slot] of slots.entries()) {
        const own = record.maps.find((map) => sameMap(map, slot));
        const rows = evidence[place] ?? null;
        if (own === undefined || own.class < 0 || rows === null || seen.has(own.class)) continue;
        const heatmap = squareRow(rows, at);
        if (heatmap === null) continue;
        seen.add(own.class);
        yield { key: record.key, class: own.class, heatmap, facts: pairFacts(run, record, own.class) };
      }
    }
  }
}

function pairFacts(run: ExportedRun, record: DoneRecord, index: number): SprayRow['facts'] {
  const { key, labels = null, decided = [] } = record;
  const pair = [...pairsOf(record, run.names.length)].find((one) => one.class === index);
  const [isTrue, isDecided] = [pair?.isTrue ?? null, decided.includes(index)];
  return {
    // Keys may hold a #; what stands behind the last one is the class.
    sample: `${key}#${index}`,
    key,
    class: index,
    class_name: run.names[index] ?? null,
    is_true: isTrue,
    decided: isDecided,
    score: pair?.score ?? null,
    outcome: outcomeOf(record, record, index) ?? null,
    labels,
    predicted: decided,
  };
}

/** One row of a map; null where it shows nothing. */
function squareRow({ height, width, heatmaps }: EvidenceRows, at: number): Float32Array | null {
  const values = heatmaps.subarray(at * height * width, (at + 1) * height * width);
  return values.some((value) => value !== 0) ? squareHeatmap({ values, height, width }, heatmapSide) : null;
}
