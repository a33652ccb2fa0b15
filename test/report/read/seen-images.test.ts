import { expect, test } from 'vitest';
import { readRunTable } from '../../../src/report/read/read-table.ts';
import { bytesPerImage, readSeenRows } from '../../../src/report/read/seen-images.ts';
import { answered, outputOf } from '../hand-made.ts';

const map = { layer: 'layer4', method: 'grad-cam', target: 'predicted' };
const absent = { ...map, target: 'label' };

async function numberedOutput() {
  const output = await outputOf({
    shards: [[answered('1.jpg', 0, 3), answered('2.jpg', 0, 4)], [answered('3.jpg', 0, 5)]],
    heatmap: ({ key }) => [Number.parseInt(key, 10), 0, 0, 0],
  });
  return { output, table: await readRunTable(output) };
}

test('a map that the run does not have is left out', async () => {
  const { output, table } = await numberedOutput();
  const { images, maps } = await readSeenRows(output, table, Int32Array.of(0, 2), [absent, map]);
  expect([...images]).toEqual([0, 2]);
  expect(maps).toHaveLength(1);
  expect(maps[0]).toMatchObject({ ...map, channels: 2, height: 2, width: 2 });
  expect([maps[0]?.heatmaps[0], maps[0]?.heatmaps[4]]).toEqual([1, 3]);
});

test('images without evidence are left out, in every array', async () => {
  const { output, table } = await numberedOutput();
  await output.delete('evidence/part-00000.npz');
  const { images, maps } = await readSeenRows(output, table, Int32Array.of(0, 1, 2), [map]);
  expect([...images]).toEqual([2]);
  expect([...(maps[0]?.heatmaps ?? [])]).toEqual([3, 0, 0, 0]);
  expect(maps[0]?.evidence).toHaveLength(2);
  expect(maps[0]?.evidence[1]).toBe(5);
});

test('a run without evidence has nothing', async () => {
  const output = await outputOf({ shards: [[answered('1.jpg', 0, 0)]] });
  const table = await readRunTable(output);
  expect(await readSeenRows(output, table, Int32Array.of(0), [map])).toEqual({ images: new Int32Array(0), maps: [] });
  expect(await bytesPerImage(output, table, Int32Array.of(0), [map])).toBe(0);
});

test('the memory that an image takes is that of its vectors and heatmaps', async () => {
  const { output, table } = await numberedOutput();
  // Two channels and four cells, in float32.
  expect(await bytesPerImage(output, table, Int32Array.of(0, 1, 2), [map, absent])).toBe(24);
});
