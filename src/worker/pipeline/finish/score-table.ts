/** Records as the flat rows of `scores/scores.parquet`, which DuckDB, pandas and others read. */

import type { SchemaElement } from 'hyparquet';
import { z } from 'zod';
import { doneRecord, quarantinedRecord } from '../../../shared/run/record.ts';

/** As they are: what a column holds as JSON, and what is checked where it is counted. */
const unread = z.array(z.unknown());

/** The fields of a record that have a column. */
const recordShape = z.discriminatedUnion('status', [
  doneRecord
    .omit({ picture: true })
    .extend({
      image: doneRecord.shape.image.omit({ seen: true }).strip(),
      top: unread,
      maps: unread,
      baselines: unread.optional(),
      activations: unread.optional(),
    })
    .strip(),
  quarantinedRecord.strip(),
]);

export type StoredRecord = z.infer<typeof recordShape>;

/** @throws when the line is not a record */
export function parseRecord(line: string): StoredRecord {
  return recordShape.parse(JSON.parse(line));
}

type Cell = string | number | boolean | null;

interface Column {
  name: string;
  type: 'BYTE_ARRAY' | 'INT32' | 'DOUBLE' | 'BOOLEAN';
  required: boolean;
  cell(record: StoredRecord): Cell;
}

type Done = Extract<StoredRecord, { status: 'done' }>;
type Quarantined = Extract<StoredRecord, { status: 'quarantined' }>;

const ofDone = (value: (record: Done) => Cell | undefined) => (record: StoredRecord) =>
  record.status === 'done' ? (value(record) ?? null) : null;
const ofError = (value: (error: Quarantined['error']) => Cell) => (record: StoredRecord) =>
  record.status === 'quarantined' ? value(record.error) : null;

/** `top`, `maps` and `activations` are JSON texts, as in the record. */
const columns: Column[] = [
  { name: 'key', type: 'BYTE_ARRAY', required: true, cell: ({ key }) => key },
  { name: 'status', type: 'BYTE_ARRAY', required: true, cell: ({ status }) => status },
  { name: 'label', type: 'INT32', required: false, cell: ({ label }) => label },
  { name: 'label_name', type: 'BYTE_ARRAY', required: false, cell: ({ labelName }) => labelName },
  { name: 'predicted', type: 'INT32', required: false, cell: ofDone(({ predicted }) => predicted) },
  { name: 'predicted_name', type: 'BYTE_ARRAY', required: false, cell: ofDone(({ predictedName }) => predictedName) },
  { name: 'score', type: 'DOUBLE', required: false, cell: ofDone(({ score }) => score) },
  { name: 'margin', type: 'DOUBLE', required: false, cell: ofDone(({ margin }) => margin) },
  { name: 'correct', type: 'BOOLEAN', required: false, cell: ofDone(({ correct }) => correct) },
  { name: 'error_code', type: 'BYTE_ARRAY', required: false, cell: ofError(({ code }) => code) },
  { name: 'error_message', type: 'BYTE_ARRAY', required: false, cell: ofError(({ message }) => message) },
  { name: 'width', type: 'INT32', required: false, cell: ofDone(({ image }) => image.width) },
  { name: 'height', type: 'INT32', required: false, cell: ofDone(({ image }) => image.height) },
  { name: 'top', type: 'BYTE_ARRAY', required: false, cell: ofDone(({ top }) => JSON.stringify(top)) },
  { name: 'maps', type: 'BYTE_ARRAY', required: false, cell: ofDone(({ maps }) => JSON.stringify(maps)) },
  {
    name: 'activations',
    type: 'BYTE_ARRAY',
    required: false,
    cell: ofDone(({ activations }) => (activations === undefined ? null : JSON.stringify(activations))),
  },
];

const json = (value: unknown): Cell => (value === undefined || value === null ? null : JSON.stringify(value));

/** JSON texts, as in the record: only where an image may have several labels. */
const pairColumns: Column[] = [
  { name: 'labels', type: 'BYTE_ARRAY', required: false, cell: ({ labels }) => json(labels) },
  { name: 'unknown', type: 'BYTE_ARRAY', required: false, cell: ({ unknown }) => json(unknown) },
  ...(['decided', 'falsePositives', 'falseNegatives', 'scores', 'scoresAbove'] as const).map(
    (field): Column => ({
      name: field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      type: 'BYTE_ARRAY',
      required: false,
      cell: ofDone((record) => json(record[field])),
    }),
  ),
];

function columnsFor(multiLabel: boolean): Column[] {
  return multiLabel ? [...columns, ...pairColumns] : columns;
}

export function scoreSchema(multiLabel: boolean): SchemaElement[] {
  const all = columnsFor(multiLabel);
  return [
    { name: 'scores', num_children: all.length },
    ...all.map(
      ({ name, type, required }): SchemaElement => ({
        name,
        type,
        ...(type === 'BYTE_ARRAY' ? { converted_type: 'UTF8' } : {}),
        repetition_type: required ? 'REQUIRED' : 'OPTIONAL',
      }),
    ),
  ];
}

/** Rows by column, in the order of the schema. */
export function scoreColumns(records: readonly StoredRecord[], multiLabel: boolean): { name: string; data: Cell[] }[] {
  return columnsFor(multiLabel).map(({ name, cell }) => ({ name, data: records.map(cell) }));
}
