/** Composes docs/images/multi-label.jpg from the multi-label demo's output: false positives of one class, each with its map and that of the class that it comes with. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { DoneRecord, ImageRecord } from '../src/shared/run/record.ts';
import { classNames } from './draw/scene.ts';
import { travelling } from './draw/several-set.ts';

const output = 'demo/out/several-explained';
const figure = 'docs/images/multi-label.jpg';
const side = 256;
const gap = 6;
const shown = 2;

const [taken, other] = [classNames.indexOf(travelling.class), classNames.indexOf(travelling.with)];
const text = await readFile(join(output, 'scores/part-00000.jsonl'), 'utf8');
const records = text.split('\n').flatMap((line): DoneRecord[] => {
  if (line === '') return [];
  const record: ImageRecord = JSON.parse(line);
  return record.status === 'done' && record.falsePositives?.includes(taken) === true ? [record] : [];
});
const overlayOf = ({ maps }: DoneRecord, index: number) =>
  maps.find((map) => map.layer === 'layer4' && map.class === index)?.overlay ?? null;
const rows = records
  .map((record) => ({ record, files: [record.picture ?? null, overlayOf(record, taken), overlayOf(record, other)] }))
  .filter(({ files }) => files.every((file) => file !== null))
  .sort((a, b) => (b.record.scores?.[taken] ?? 0) - (a.record.scores?.[taken] ?? 0))
  .slice(0, shown);

const tiles = rows.flatMap(({ files }, y) =>
  files.map(async (file, x) => ({
    input: await sharp(join(output, file ?? ''))
      .resize(side, side)
      .toBuffer(),
    left: x * (side + gap),
    top: y * (side + gap),
  })),
);
await sharp({
  create: { width: 3 * side + 2 * gap, height: shown * (side + gap) - gap, channels: 3, background: 'white' },
})
  .composite(await Promise.all(tiles))
  .jpeg({ quality: 88 })
  .toFile(figure);
console.log(`Wrote ${figure}: ${rows.map(({ record }) => record.key).join(', ')}`);
