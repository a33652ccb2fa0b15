/** Misclassified images as a Parquet file. */

import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { MistakeRow } from './mistake-rows.ts';

interface Column {
  name: string;
  type: 'BYTE_ARRAY' | 'INT32' | 'DOUBLE' | 'BOOLEAN';
  required: boolean;
  cell(row: MistakeRow): string | number | boolean | null;
}

/** `clusters` and `gaps` are JSON texts, as lists in `scores.parquet` are. */
const columns: Column[] = [
  { name: 'key', type: 'BYTE_ARRAY', required: true, cell: ({ key }) => key },
  { name: 'label', type: 'INT32', required: true, cell: ({ label }) => label },
  { name: 'label_name', type: 'BYTE_ARRAY', required: false, cell: ({ labelName }) => labelName },
  { name: 'predicted', type: 'INT32', required: true, cell: ({ predicted }) => predicted },
  { name: 'predicted_name', type: 'BYTE_ARRAY', required: false, cell: ({ predictedName }) => predictedName },
  { name: 'score', type: 'DOUBLE', required: true, cell: ({ score }) => score },
  { name: 'margin', type: 'DOUBLE', required: true, cell: ({ margin }) => margin },
  { name: 'suspected_label', type: 'BOOLEAN', required: true, cell: ({ suspectedLabel }) => suspectedLabel },
  { name: 'clusters', type: 'BYTE_ARRAY', required: true, cell: ({ clusters }) => JSON.stringify(clusters) },
  { name: 'gaps', type: 'BYTE_ARRAY', required: true, cell: ({ gaps }) => JSON.stringify(gaps) },
  { name: 'collect', type: 'INT32', required: false, cell: ({ collect }) => collect },
];

const schema: SchemaElement[] = [
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

const rowsInGroup = 16_384;

export async function writeMistakeTable(path: string, rows: Iterable<MistakeRow>): Promise<void> {
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'gradline' });
  let group: MistakeRow[] = [];
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
