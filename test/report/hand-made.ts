/** Records, tables and outputs that are small enough to know the answer by hand. */

import type { LayerMaps } from '../../src/explain/explanation.ts';
import { parseRecordLine } from '../../src/report/read/record-line.ts';
import type { RunTable } from '../../src/report/read/run-table.ts';
import { TableBuilder } from '../../src/report/read/table-builder.ts';
import { evidencePartKey, scoresPartKey } from '../../src/shared/run/output-key.ts';
import type { DoneRecord, ImageRecord, MapRecord, QuarantinedRecord } from '../../src/shared/run/record.ts';
import { FileStore } from '../../src/shared/store/file-store.ts';
import type { Store } from '../../src/shared/store/store.ts';
import { encodeEvidencePart } from '../../src/worker/pipeline/evidence/evidence-part.ts';
import { packEvidence } from '../../src/worker/pipeline/evidence/packed-evidence.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';

export const classNames = ['cat', 'dog', 'fox', 'owl', 'elk', 'bee', 'ant'];

export interface MapOf {
  layer?: string;
  method?: string;
  target?: string;
  side?: number;
  degenerate?: boolean;
}

/** @param scores of all classes, by index; the record has the five highest, as the worker writes it */
export function image(
  key: string,
  label: number | null,
  scores: readonly number[],
  maps: readonly MapOf[] = [{}],
): DoneRecord {
  const order = scores.map((score, index) => ({ class: index, name: nameOf(index), score }));
  const top = order.sort((a, b) => b.score - a.score || a.class - b.class).slice(0, 5);
  const [first, second] = top;
  if (first === undefined) throw new Error('An image needs scores.');
  return {
    key,
    status: 'done',
    label,
    labelName: label === null ? null : nameOf(label),
    predicted: first.class,
    predictedName: first.name,
    score: first.score,
    margin: first.score - (second?.score ?? 0),
    ...(label === null ? {} : { correct: label === first.class }),
    top,
    maps: maps.map((map) => mapRecord(map, first.class)),
    image: { width: 64, height: 48 },
  };
}

/** What is known and found of an image that may have several labels. */
export interface SeveralOf {
  /** Null: unknown. */
  labels: readonly number[] | null;
  /** Of all classes, by index. A class is decided from 0.5 on. */
  scores: readonly number[];
  /** Classes with a map each, in this order. */
  explained: readonly number[];
  degenerate?: boolean;
}

export function severalLabels(key: string, { labels, scores, explained, degenerate = false }: SeveralOf): DoneRecord {
  const decided = scores.flatMap((score, index) => (score >= 0.5 ? [index] : []));
  const own = image(
    key,
    null,
    scores,
    explained.map((_, slot) => ({ target: `predicted+label#${slot + 1}`, degenerate })),
  );
  const wrong = labels && {
    falsePositives: decided.filter((index) => !labels.includes(index)),
    falseNegatives: labels.filter((index) => !decided.includes(index)),
  };
  return {
    ...own,
    labels: labels && [...labels],
    labelNames: labels?.map(nameOf) ?? null,
    decided,
    decidedNames: decided.map(nameOf),
    ...(wrong === null ? {} : { ...wrong, correct: wrong.falsePositives.length + wrong.falseNegatives.length === 0 }),
    scores: [...scores],
    maps: own.maps.map((map, slot) => ({ ...map, class: explained[slot] ?? -1 })),
  };
}

/** Predicted with this score; what is left goes to the class after it. */
export function answered(key: string, label: number | null, predicted: number, score = 0.9): DoneRecord {
  const scores = classNames.map(() => 0);
  scores[predicted] = score;
  scores[(predicted + 1) % scores.length] = 1 - score;
  return image(key, label, scores);
}

export function quarantined(key: string, code = 'decode-failed', label: number | null = null): QuarantinedRecord {
  return {
    key,
    status: 'quarantined',
    label,
    labelName: label === null ? null : nameOf(label),
    error: { code, message: 'The file ends early.' },
  };
}

function nameOf(index: number): string | null {
  return classNames[index] ?? null;
}

function mapRecord(map: MapOf, predicted: number): MapRecord {
  const { layer = 'layer4', method = 'grad-cam', target = 'predicted', side = 7, degenerate = false } = map;
  return {
    layer,
    method,
    target,
    class: predicted,
    className: nameOf(predicted),
    shape: [side, side],
    overlay: null,
    map: null,
    min: -1,
    max: degenerate ? 0 : 2,
    mean: 0.5,
    peak: { x: 3, y: 4 },
    centre: degenerate ? null : { x: 5, y: 6 },
    areaAboveHalf: degenerate ? 0 : 0.25,
    borderShare: degenerate ? 0 : 0.5,
    degenerate,
    degenerateReason: degenerate ? 'no-positive-evidence' : null,
  };
}

/** One shard with these records. */
export function tableOf(records: readonly ImageRecord[]): RunTable {
  const builder = new TableBuilder(records.length);
  for (const [line, record] of records.entries()) builder.add(parseRecordLine(JSON.stringify(record)), 0, line);
  return builder.finish();
}

export interface OutputOf {
  shards: readonly (readonly ImageRecord[])[];
  /** Heatmap of an image (square, row by row) for its first map; null: none. Left out: a run without evidence. */
  heatmap?: (record: ImageRecord) => readonly number[] | null;
  /** Where images may have several labels: of each of their maps. All records of a shard have as many. */
  heatmaps?: (record: DoneRecord, index: number) => readonly number[];
  state?: string;
  model?: string;
  digest?: string;
  preprocess?: object;
}

/** An output as `gradline run` leaves it, in a folder of its own. */
export async function outputOf(content: OutputOf): Promise<Store> {
  const {
    shards,
    heatmap,
    heatmaps,
    state = 'complete',
    model = 'model.onnx',
    digest = 'a'.repeat(64),
    preprocess = {},
  } = content;
  const output = new FileStore(await temporaryFolder());
  for (const [shard, records] of shards.entries()) {
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    await output.put(scoresPartKey(shard), lines, 'application/x-ndjson');
    const part = heatmaps
      ? evidenceOfMaps(records, heatmaps)
      : heatmap && evidencePartOf(records, (record) => listed(evidenceOf(record, heatmap(record))));
    if (part) await output.put(evidencePartKey(shard), part, 'application/zip');
  }
  const configuration = {
    model,
    input: 'photos',
    layers: ['layer4'],
    methods: ['grad-cam'],
    targets: ['predicted'],
    classes: 'classes.json',
    evidence: heatmap !== undefined,
    preprocess,
    ...(shards.flat().some((record) => record.labels !== undefined) ? { multiLabel: true } : {}),
  };
  const file = { run: `run-of-${model}`, state, configuration, digests: { model: digest, classes: null } };
  await output.put('run.json', JSON.stringify(file), 'application/json');
  return output;
}

function listed(maps: LayerMaps | null): LayerMaps[] | null {
  return maps && [maps];
}

function evidenceOfMaps(records: readonly ImageRecord[], heatmaps: NonNullable<OutputOf['heatmaps']>): Buffer | null {
  return evidencePartOf(records, (record) =>
    record.status === 'done' ? record.maps.map((map) => layerMaps(map, heatmaps(record, map.class))) : null,
  );
}

/** All images of a shard have maps of the same names and sizes. */
function evidencePartOf(
  records: readonly ImageRecord[],
  mapsOf: (record: ImageRecord) => LayerMaps[] | null,
): Buffer | null {
  const images = records.map(mapsOf);
  const [first] = images.filter((maps) => maps !== null);
  return first === undefined
    ? null
    : encodeEvidencePart(
        first,
        images.map((maps) => (maps === null ? null : packEvidence(maps, 0))),
      );
}

function evidenceOf(record: ImageRecord, values: readonly number[] | null): LayerMaps | null {
  const map = record.status === 'done' ? record.maps[0] : undefined;
  return map === undefined || values === null ? null : layerMaps(map, values);
}

function layerMaps(map: MapRecord, values: readonly number[]): LayerMaps {
  const side = Math.sqrt(values.length);
  return {
    layer: map.layer,
    method: map.method,
    target: map.target,
    classes: Int32Array.of(map.class),
    height: side,
    width: side,
    channels: 2,
    values: Float32Array.from(values),
    evidence: Float32Array.of(1, map.class),
    gradientPeak: Float32Array.of(1),
  };
}
