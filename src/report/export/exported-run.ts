/** What every export is made from: a run's explained images one shard at a time, and what the report says of them. */

import { UserError } from '../../explain/user-error.ts';
import { readClassNames } from '../../shared/run/class-names.ts';
import type { DoneRecord } from '../../shared/run/record.ts';
import { digestText } from '../../shared/store/digest.ts';
import type { Store } from '../../shared/store/store.ts';
import type { MapId } from '../contract.ts';
import { chooseAnalysedMap } from '../findings/analysed-map.ts';
import { type EvidenceRows, readEvidence } from '../read/evidence.ts';
import { type RunDescription, readRunDescription } from '../read/run-description.ts';
import { storedRecords } from '../read/stored-records.ts';
import { distinctNames } from './distinct-names.ts';
import { imageAddress } from './image-address.ts';
import { groupsByImage, type ImageGroups } from './image-groups.ts';
import { readStoredFindings, type StoredFindings } from './stored-findings.ts';

export interface ExportSelection {
  /** `mistakes`: misclassified images. */
  only: 'all' | 'mistakes';
  /** What stands before a key in the address of an image, instead of the run's input; null: the input. */
  images: string | null;
}

export interface ExportedImage {
  record: DoneRecord;
  /** Line in the shard's scores part, counted from 0: the row of its evidence. */
  line: number;
}

export interface ExportedRun {
  output: Store;
  run: string;
  /** As the run's settings name it. */
  model: string;
  regions: RunDescription['regions'];
  /** Null without a report. */
  findings: StoredFindings | null;
  /** By class index; no two are the same. Without the file of class names they go as far as the classes of the records. */
  names: string[];
  /** Maps that records hold, with the cells of their grids. */
  maps: (MapId & { cells: number })[];
  /** The map that findings are made from, else another one for the predicted class; null where there is none. */
  analysed: MapId | null;
  /** Whether images may have several labels. */
  multiLabel: boolean;
  /** Whether records say what of an image its maps cover; older ones do not. */
  placed: boolean;
  addressOf(key: string): string;
  groupsOf(key: string): ImageGroups;
  /** Explained images that are selected, in the order of shards and lines. */
  shards(): AsyncIterable<{ shard: number; images: ExportedImage[] }>;
}

/** All classes of the model, where the run's list of them is still there: records name only those that occur. */
async function listedNames({ classes, digests }: RunDescription): Promise<readonly string[] | null> {
  if (classes === null) return null;
  try {
    const { names } = await readClassNames(classes);
    return digestText(JSON.stringify(names)) === digests.classes ? names : null;
  } catch {
    return null;
  }
}

/** @throws UserError `no-run`, `no-records`, `damaged-output`; StoreError */
export async function openExportedRun(output: Store, { only, images }: ExportSelection): Promise<ExportedRun> {
  const description = await readRunDescription(output);
  const { run, model, input, regions } = description;
  const findings = await readStoredFindings(output);
  const facts = await surveyRecords(output);
  if (facts.images === 0) {
    throw new UserError(
      'no-records',
      `There are no explained images in ${output.location} yet. Wait for the run's first shard.`,
    );
  }
  return {
    output,
    run,
    model,
    regions,
    findings,
    names: distinctNames((await listedNames(description)) ?? facts.names),
    maps: facts.maps,
    analysed: description.multiLabel ? firstSlot(facts.maps) : analysedMap(facts.maps),
    multiLabel: description.multiLabel,
    placed: facts.placed,
    addressOf: (key) => imageAddress(key, input, images),
    groupsOf: groupsByImage(findings ?? { labelErrors: [], clusters: [], gaps: [], collect: [] }),
    shards: () => selectedImages(output, only),
  };
}

/** Evidence of the analysed map for images of a shard; null where there is none. @throws UserError `damaged-output`; StoreError */
export async function analysedRows(
  { output, analysed }: Pick<ExportedRun, 'output' | 'analysed'>,
  shard: number,
  images: readonly ExportedImage[],
): Promise<EvidenceRows | null> {
  if (analysed === null) return null;
  const lines = images.map(({ line }) => line);
  return (await readEvidence(output, shard, [analysed], lines))?.[0] ?? null;
}

function analysedMap(maps: ExportedRun['maps']): MapId | null {
  const map = chooseAnalysedMap(maps) ?? maps.find(({ target }) => target === 'predicted') ?? null;
  return map === null ? null : { layer: map.layer, method: map.method, target: map.target };
}

/** Of images with a map for each of their own classes, the map of the first one; `slotsOf` has the others. */
function firstSlot(maps: ExportedRun['maps']): MapId | null {
  const slots = maps.map((map) => ({ ...map, target: 'predicted', own: map }));
  const own = chooseAnalysedMap(slots)?.own ?? maps[0];
  return own === undefined ? null : { layer: own.layer, method: own.method, target: own.target };
}

/** The maps of the analysed layer and method: an image has one for each of its classes that is explained. */
export function slotsOf({ maps, analysed }: Pick<ExportedRun, 'maps' | 'analysed'>): MapId[] {
  return maps.filter(({ layer, method }) => layer === analysed?.layer && method === analysed.method);
}

async function* selectedImages(output: Store, only: ExportSelection['only']) {
  for await (const { shard, records } of storedRecords(output)) {
    const images = records.flatMap((record, line): ExportedImage[] => {
      if (record.status !== 'done' || (only === 'mistakes' && record.correct !== false)) return [];
      return [{ record, line }];
    });
    if (images.length > 0) yield { shard, images };
  }
}

interface RecordFacts {
  images: number;
  names: (string | null)[];
  maps: ExportedRun['maps'];
  placed: boolean;
}

async function surveyRecords(output: Store): Promise<RecordFacts> {
  const names: (string | null)[] = [];
  const maps = new Map<string, ExportedRun['maps'][number]>();
  let [images, placed] = [0, true];
  const see = (index: number, name: string | null) => {
    while (names.length <= index) names.push(null);
    names[index] ??= name;
  };
  for await (const { records } of storedRecords(output)) {
    for (const record of records) {
      if (record.label !== null) see(record.label, record.labelName);
      for (const [i, index] of (record.labels ?? []).entries()) see(index, record.labelNames?.[i] ?? null);
      if (record.status !== 'done') continue;
      images += 1;
      if (record.image.seen === undefined) placed = false;
      see(record.predicted, record.predictedName);
      for (const { class: index, name } of record.top) see(index, name);
      for (const { layer, method, target, shape } of record.maps) {
        const id = JSON.stringify([layer, method, target]);
        if (!maps.has(id)) maps.set(id, { layer, method, target, cells: shape[0] * shape[1] });
      }
    }
  }
  return { images, names, maps: [...maps.values()], placed };
}
