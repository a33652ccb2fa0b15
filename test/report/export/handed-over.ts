/** An output that is small enough to know the answer by hand, and its exports. */

import { expect } from 'vitest';
import { type ExportFormat, exportRun } from '../../../src/report/export/export-run.ts';
import { decodeNpy } from '../../../src/shared/run/npy-array.ts';
import type { DoneRecord, ImageRecord } from '../../../src/shared/run/record.ts';
import { FileStore } from '../../../src/shared/store/file-store.ts';
import type { Store } from '../../../src/shared/store/store.ts';
import { temporaryFolder } from '../../shared/temporary-folder.ts';
import { answered, classNames, outputOf, quarantined } from '../hand-made.ts';

/** The model saw the middle of an image of 64 x 48 pixels. */
export const seen = { left: 8, top: 0, width: 48, height: 48 };
export const hostile = 'dog/=1+1 "<script>#.jpg';

/** The five highest scores of each record are of these. */
export const occurring = classNames.slice(0, 5);

function placed(record: DoneRecord): DoneRecord {
  return { ...record, image: { ...record.image, seen } };
}

export const records: ImageRecord[] = [
  placed(answered('cat/a.jpg', 0, 0, 0.8)),
  quarantined('cat/broken.jpg'),
  placed(answered(hostile, 1, 0, 0.75)),
];
const later: ImageRecord[] = [placed(answered('fox/c.jpg', null, 2, 0.5)), placed(answered('dog/d.jpg', 1, 0, 0.6))];

/** Two by two cells; one of them is the highest: that of the image's number. */
export function heatmap(record: ImageRecord): number[] | null {
  const at = ['cat/a.jpg', hostile, 'fox/c.jpg', 'dog/d.jpg'].indexOf(record.key);
  if (at < 0) return null;
  return [0, 1, 2, 3].map((cell) => (cell === at ? 4 : -1));
}

export const findings = {
  version: 1,
  run: 'run-of-model.onnx',
  classNames,
  analysed: { layer: 'layer4', method: 'grad-cam', target: 'predicted' },
  labelErrors: [{ key: 'dog/d.jpg' }],
  clusters: [{ id: 'cluster-1', images: [hostile] }],
  gaps: [{ id: 'gap-1', images: [hostile, 'dog/d.jpg'] }],
  collect: [
    {
      rank: 1,
      class: 1,
      mistakes: 2,
      sentence: '=Collect dogs',
      from: 'gap-1',
      alsoFrom: ['cluster-1'],
      images: [hostile],
    },
  ],
};

export async function madeOutput(report: object | null = findings): Promise<Store> {
  const output = await outputOf({ shards: [records, later], heatmap });
  if (report !== null) await output.put('report/findings.json', JSON.stringify(report), 'application/json');
  return output;
}

export async function exported(
  format: ExportFormat,
  output: Store,
  changes: { only?: 'mistakes'; images?: string } = {},
) {
  const target = new FileStore(await temporaryFolder());
  const result = await exportRun(output, format, target, { only: 'all', images: null, ...changes });
  for (const key of result.files) expect(await target.exists(key)).toBe(true);
  const text = async (key: string) => (await target.get(key)).toString('utf8');
  return {
    ...result,
    text,
    json: async (key: string): Promise<unknown> => JSON.parse(await text(key)),
    lines: async (key: string): Promise<unknown[]> => {
      const all = (await text(key)).split('\n');
      expect(all.pop()).toBe('');
      return all.map((line) => JSON.parse(line));
    },
    array: async (key: string) => decodeNpy(await target.get(key), key),
  };
}
