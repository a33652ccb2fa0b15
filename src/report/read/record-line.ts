/** The fields of a record that a table holds. Others are let through unread, and dropped: millions of lines are checked here. */

import { z } from 'zod';
import { doneRecord, mapRecord, quarantinedRecord } from '../../shared/run/record.ts';

const { top } = doneRecord.shape;
/** Any number will do where there are many: checks of whole ones would take a tenth of the time. */
const number = z.number();
const position = mapRecord.shape.peak.strip();

const map = mapRecord
  .pick({
    ...{ layer: true, method: true, target: true, max: true },
    ...{ areaAboveHalf: true, borderShare: true, degenerate: true },
  })
  .extend({ class: number, shape: z.tuple([number, number]), peak: position, centre: position.nullable() })
  .strip();

const recordLine = z.discriminatedUnion('status', [
  doneRecord
    .pick({
      ...{ status: true, key: true, label: true, labelName: true, predicted: true, predictedName: true },
      ...{ score: true, margin: true },
      ...{ labels: true, labelNames: true, unknown: true, scores: true, scoresAbove: true },
    })
    .extend({ top: z.array(top.element.extend({ class: number }).strip()), maps: z.array(map) })
    .strip(),
  quarantinedRecord.strip(),
]);

export type RecordLine = z.infer<typeof recordLine>;

/** @throws when the line is not a record */
export function parseRecordLine(line: string): RecordLine {
  return recordLine.parse(JSON.parse(line));
}
