/** What the demo reads from its records: how often the model takes the date for a lighthouse, and whether its maps say so. */

import type { DoneRecord, MapRecord } from '../src/shared/run/record.ts';
import type { Box } from './draw/date-stamp.ts';
import { stampedClass } from './draw/image-set.ts';
import { side } from './draw/svg.ts';
import type { PictureTruth } from './draw/write-image-set.ts';

/** The model's input, and the `imagenet` preset's way to it: shorter side to 183 (160 * 256 / 224), then the centre. */
export const seenSide = 160;
const resizedSide = 183;
const cropped = 12;

export interface Findings {
  /** Pictures with and without a date. */
  stamped: Group;
  plain: Group;
  /** False positives of the stamped class, most confident first, and those among them with a date. */
  falsePositives: DoneRecord[];
  withDate: DoneRecord[];
  /** By layer: how many of `withDate` have the highest value of their map at the date. */
  peaksAtDate: { layer: string; count: number }[];
}

interface Group {
  count: number;
  correct: number;
  /** Pictures of the other classes, and how many of them are taken for the stamped class. */
  others: number;
  falsePositives: number;
}

/** Compares the records with what the generator drew. */
export function findInRecords(records: readonly DoneRecord[], truth: readonly PictureTruth[]): Findings {
  const stamps = new Map(truth.map(({ key, stamp }) => [key, stamp]));
  const stampOf = (record: DoneRecord) => stamps.get(record.key) ?? null;
  const falsePositives = records.filter(isFalsePositive).sort((a, b) => b.score - a.score);
  const withDate = falsePositives.filter((record) => stampOf(record) !== null);
  const layers = [...new Set(records.flatMap((record) => record.maps.map((map) => map.layer)))];
  return {
    stamped: summarise(records.filter((record) => stampOf(record) !== null)),
    plain: summarise(records.filter((record) => stampOf(record) === null)),
    falsePositives,
    withDate,
    peaksAtDate: layers.map((layer) => ({
      layer,
      count: withDate.filter((record) => {
        const stamp = stampOf(record);
        const map = findMap(record, layer, 'predicted');
        return stamp !== null && map !== undefined && peaksAt(map, stamp);
      }).length,
    })),
  };
}

/** The map of a record at `layer` for `target`. */
export function findMap(record: DoneRecord, layer: string, target: string): MapRecord | undefined {
  return record.maps.find((map) => map.layer === layer && map.target === target);
}

/**
 * Whether the map is highest on the box, which is in pixels of the file. A peak is the centre of a cell,
 * so the box is widened by half a cell: any cell that touches the box counts.
 */
export function peaksAt(map: MapRecord, box: Box): boolean {
  if (map.degenerate) return false;
  const scale = resizedSide / side;
  const [rows, columns] = map.shape;
  const reach = { x: seenSide / columns / 2, y: seenSide / rows / 2 };
  const left = box.x * scale - cropped - reach.x;
  const top = box.y * scale - cropped - reach.y;
  const right = (box.x + box.width) * scale - cropped + reach.x;
  const bottom = (box.y + box.height) * scale - cropped + reach.y;
  return map.peak.x >= left && map.peak.x <= right && map.peak.y >= top && map.peak.y <= bottom;
}

function isFalsePositive(record: DoneRecord): boolean {
  return record.predictedName === stampedClass && record.labelName !== stampedClass;
}

function summarise(records: readonly DoneRecord[]): Group {
  return {
    count: records.length,
    correct: records.filter((record) => record.correct === true).length,
    others: records.filter((record) => record.labelName !== stampedClass).length,
    falsePositives: records.filter(isFalsePositive).length,
  };
}
