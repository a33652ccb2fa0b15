/** Outputs of invented runs, with pictures, records and evidence, and the page over them. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { LayerMaps } from '../../../src/explain/explanation.ts';
import { changesSince } from '../../../src/report/changes-since.ts';
import type { Findings } from '../../../src/report/contract.ts';
import { writePage } from '../../../src/report/page/write-page.ts';
import { readRunTable } from '../../../src/report/read/read-table.ts';
import { evidencePartKey, overlayKey, scoresPartKey, seenPictureKey } from '../../../src/shared/run/output-key.ts';
import type { DoneRecord, ImageRecord, MapRecord } from '../../../src/shared/run/record.ts';
import { FileStore } from '../../../src/shared/store/file-store.ts';
import { encodeEvidencePart } from '../../../src/worker/pipeline/evidence/evidence-part.ts';
import { packEvidence } from '../../../src/worker/pipeline/evidence/packed-evidence.ts';
import { simpleFindings } from './simple-findings.ts';
import { putProofPictures } from './simple-proofs.ts';

export interface RunShape {
  keys: readonly string[];
  classNames: readonly string[];
  layers?: readonly string[];
  /** So many of the most confident mistakes have pictures; other images have none. Default: all mistakes. */
  pictures?: number;
  /** Shards that get evidence. Default: all. */
  evidence?: number;
  /** Without a claim from any cluster or gap. */
  unclaimed?: boolean;
  /** Default: all images are labelled. */
  unlabelled?: boolean;
  /** Places of mistakes. Default: every third. */
  isMistake?: (index: number) => boolean;
  /** Rows by which the maps' peaks are moved down. Default: 0. */
  lower?: number;
  preprocess?: object;
  /** Default: `seen`. */
  overlaysOn?: 'seen' | 'original';
  /** An earlier run, to which the page compares this one. */
  since?: WrittenReport;
  quarantined?: readonly { key: string; code: string; message: string }[];
}

export interface WrittenReport {
  folder: string;
  /** As the browser opens it from disk. */
  address: string;
  records: ImageRecord[];
  [Symbol.asyncDispose](): Promise<void>;
}

const shardSize = 64;
const grid = 7;
const targets = ['predicted', 'label'] as const;

/** Mistakes are taken for the class after their own. */
export async function writeReport(shape: RunShape): Promise<WrittenReport> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-page-'));
  const output = new FileStore(folder);
  const layers = shape.layers ?? ['layer3', 'layer4'];
  const records: ImageRecord[] = [];
  const done = shape.keys.map((key, index) => recordOf(key, index, shape, layers));
  const mistakes = done.filter(({ correct }) => correct === false).sort((a, b) => b.score - a.score);
  for (const record of mistakes.slice(0, shape.pictures)) await addPictures(output, record);
  records.push(...done);
  for (const { key, code, message } of shape.quarantined ?? []) {
    records.push({ key, status: 'quarantined', label: 0, labelName: null, error: { code, message } });
  }
  for (let start = 0; start < records.length; start += shardSize) {
    const shard = start / shardSize;
    const part = records.slice(start, start + shardSize);
    const lines = part.map((record) => `${JSON.stringify(record)}\n`).join('');
    await output.put(scoresPartKey(shard), lines, 'application/jsonl');
    const evidence = shard < (shape.evidence ?? Number.POSITIVE_INFINITY) ? evidenceOf(part, start, shape.lower) : null;
    if (evidence) await output.put(evidencePartKey(shard), evidence, 'application/zip');
  }
  const simple = simpleFindings(records, [...shape.classNames]);
  const findings = shape.unclaimed ? withoutClaims(simple) : simple;
  await output.put('run.json', runFile(findings.run, shape), 'application/json');
  for (const { proofs } of findings.clusters) if (proofs) await putProofPictures(output, proofs);
  const since = shape.since && new FileStore(shape.since.folder);
  const changes = since && (await changesSince(since, output, await readRunTable(output)));
  await writePage(output, { findings, ...(changes && { changes }) });
  return {
    folder,
    address: `file://${join(folder, 'report/index.html')}`,
    records,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function withoutClaims(findings: Findings): Findings {
  const unclaimed = <Group extends { claimed: boolean }>(group: Group) => ({ ...group, claimed: false });
  const { clusters, gaps } = findings;
  return { ...findings, clusters: clusters.map(unclaimed), gaps: gaps.map(unclaimed), collect: [] };
}

function runFile(run: string, { preprocess = {}, overlaysOn = 'seen' }: RunShape): string {
  const configuration = {
    model: 'model.onnx',
    input: 'photos',
    layers: [],
    methods: [],
    targets: [],
    preprocess,
    overlays: { colormap: 'magma', alpha: 0.6, scale: 'image', on: overlaysOn },
  };
  return JSON.stringify({ run, state: 'complete', configuration, digests: { model: 'a'.repeat(64), classes: null } });
}

function recordOf(key: string, index: number, shape: RunShape, layers: readonly string[]): DoneRecord {
  const { classNames: names, lower = 0 } = shape;
  const label = index % names.length;
  const isMistake = shape.isMistake?.(index) ?? index % 3 === 0;
  const predicted = isMistake ? (label + 1) % names.length : label;
  const score = 0.5 + ((index * 7919) % 4999) / 10_000;
  const other = predicted === label ? (label + 1) % names.length : label;
  return {
    key,
    status: 'done',
    label: shape.unlabelled ? null : label,
    labelName: shape.unlabelled ? null : (names[label] ?? null),
    predicted,
    predictedName: names[predicted] ?? null,
    score,
    margin: score - (1 - score) / 2,
    ...(shape.unlabelled ? {} : { correct: !isMistake }),
    top: [
      { class: predicted, name: names[predicted] ?? null, score },
      { class: other, name: names[other] ?? null, score: (1 - score) / 2 },
    ],
    maps: layers.flatMap((layer) =>
      targets.map((target): MapRecord => {
        const explained = target === 'predicted' ? predicted : label;
        const { values, peak } = heatmapOf(index, layer, target, lower);
        return {
          layer,
          method: 'grad-cam',
          target,
          class: explained,
          className: names[explained] ?? null,
          shape: [grid, grid],
          overlay: null,
          map: null,
          min: Math.min(...values),
          max: Math.max(...values),
          mean: values.reduce((sum, value) => sum + value, 0) / values.length,
          peak,
          centre: peak,
          areaAboveHalf: 0.1,
          borderShare: 0.2,
          degenerate: false,
          degenerateReason: null,
        };
      }),
    ),
    image: { width: 96, height: 64 },
  };
}

/** A slope with a peak whose cell depends on all of its arguments; negative far from it. */
export function heatmapOf(index: number, layer: string, target: string, lower = 0) {
  const row = (index + layer.length + Number(layer.at(-1) === '4') + lower) % grid;
  const column = (index + (target === 'label' ? 3 : 0)) % grid;
  const values = Float32Array.from(
    { length: grid * grid },
    (_, cell) => 1.5 - Math.hypot(Math.floor(cell / grid) - row, (cell % grid) - column) / 2,
  );
  return { values, row, column, peak: { x: (column + 0.5) * (56 / grid), y: (row + 0.5) * (56 / grid) } };
}

function evidenceOf(records: readonly ImageRecord[], start: number, lower?: number): Buffer | null {
  const images = records.map((record, line) =>
    record.status === 'quarantined'
      ? null
      : record.maps.map(
          ({ layer, method, target }): LayerMaps => ({
            layer,
            method,
            target,
            height: grid,
            width: grid,
            values: heatmapOf(start + line, layer, target, lower).values,
            channels: 2,
            evidence: Float32Array.from([line, 1]),
            classes: Int32Array.of(0),
            gradientPeak: Float32Array.of(1),
          }),
        ),
  );
  const [shapes = []] = images.filter((maps) => maps !== null);
  return encodeEvidencePart(
    shapes,
    images.map((maps) => (maps === null ? null : packEvidence(maps, 0))),
  );
}

/** Grey pictures of 56 x 56 pixels; overlays are darker than what the model saw. */
async function addPictures(output: FileStore, record: DoneRecord): Promise<void> {
  record.picture = seenPictureKey(record.key, 'jpg');
  await output.put(record.picture, await greyPicture(200), 'image/jpeg');
  for (const map of record.maps) {
    map.overlay = overlayKey(record.key, map.layer, map.method, map.target, 'jpg');
    await output.put(map.overlay, await greyPicture(90), 'image/jpeg');
  }
}

const made = new Map<number, Promise<Buffer>>();

function greyPicture(level: number): Promise<Buffer> {
  const known = made.get(level);
  if (known) return known;
  const background = { r: level, g: level, b: level };
  const picture = sharp({ create: { width: 56, height: 56, channels: 3, background } })
    .jpeg()
    .toBuffer();
  made.set(level, picture);
  return picture;
}
