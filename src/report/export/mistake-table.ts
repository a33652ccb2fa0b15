/** Mistakes as a Parquet file: misclassified images, or pairs of an image and a class. */

import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { ImageGroups } from './image-groups.ts';
import type { MistakeRow, PairMistakeRow } from './mistake-rows.ts';

interface Column<Row> {
  name: string;
  type: 'BYTE_ARRAY' | 'INT32' | 'DOUBLE' | 'BOOLEAN';
  required: boolean;
  cell(row: Row): string | number | boolean | null;
}

/** `clusters` and `gaps` are JSON texts, as lists in `scores.parquet` are. */
const groupColumns: Column<ImageGroups>[] = [
  { name: 'suspected_label', type: 'BOOLEAN', required: true, cell: ({ suspectedLabel }) => suspectedLabel },
  { name: 'clusters', type: 'BYTE_ARRAY', required: true, cell: ({ clusters }) => JSON.stringify(clusters) },
  { name: 'gaps', type: 'BYTE_ARRAY', required: true, cell: ({ gaps }) => JSON.stringify(gaps) },
  { name: 'collect', type: 'INT32', required: false, cell: ({ collect }) => collect },
];

const imageColumns: Column<MistakeRow>[] = [
  { name: 'key', type: 'BYTE_ARRAY', required: true, cell: ({ key }) => key },
  { name: 'label', type: 'INT32', required: true, cell: ({ label }) => label },
  { name: 'label_name', type: 'BYTE_ARRAY', required: false, cell: ({ labelName }) => labelName },
  { name: 'predicted', type: 'INT32', required: true, cell: ({ predicted }) => predicted },
  { name: 'predicted_name', type: 'BYTE_ARRAY', required: false, cell: ({ predictedName }) => predictedName },
  { name: 'score', type: 'DOUBLE', required: true, cell: ({ score }) => score },
  { name: 'margin', type: 'DOUBLE', required: true, cell: ({ margin }) => margin },
  ...groupColumns,
];

const pairColumns: Column<PairMistakeRow>[] = [
  { name: 'key', type: 'BYTE_ARRAY', required: true, cell: ({ key }) => key },
  { name: 'class', type: 'INT32', required: true, cell: (row) => row.class },
  { name: 'class_name', type: 'BYTE_ARRAY', required: false, cell: ({ name }) => name },
  { name: 'kind', type: 'BYTE_ARRAY', required: true, cell: ({ kind }) => kind },
  { name: 'score', type: 'DOUBLE', required: true, cell: ({ score }) => score },
  { name: 'threshold', type: 'DOUBLE', required: true, cell: ({ threshold }) => threshold },
  ...groupColumns,
];

const rowsInGroup = 16_384;

/** @param path where there is no file yet */
export function writeMistakeTable(path: string, rows: Iterable<MistakeRow>): Promise<void> {
  return writeTable(path, imageColumns, rows);
}

/** @param path where there is no file yet */
export function writePairMistakeTable(path: string, rows: Iterable<PairMistakeRow>): Promise<void> {
  return writeTable(path, pairColumns, rows);
}

async function writeTable<Row>(path: string, columns: readonly Column<Row>[], rows: Iterable<Row>): Promise<void> {
  const writer = new ParquetWriter({ writer: fileWriter(path), schema: schemaOf(columns), createdBy: 'gradline' });
  let group: Row[] = [];
  const writeGroup = async () => {
    const columnData = columns.map(({ name, cell }) => ({ name, data: group.map(cell), offsetIndex: false }));
    await writer.write({ columnData, rowGroupSize: group.length });
    group = [];
  };
  for (const row of rows) {
    group.push(row);
    if (group.length >= rowsInGroup) await writeGroup();
  }
  if (group.length > 0) await writeGroup();
  await writer.finish();
}

function schemaOf<Row>(columns: readonly Column<Row>[]): SchemaElement[] {
  return [
    { name: 'mistakes', num_children: columns.length },
    ...columns.map(
      ({ name, type, required }): SchemaElement => ({
        name,
        type,
        ...(type === 'BYTE_ARRAY' ? { converted_type: 'UTF8' } : {}),
        repetition_type: required ? 'REQUIRED' : 'OPTIONAL',
      }),
    ),
  ];
}
