import { expect, test } from 'vitest';
import { readRunTable } from '../../../src/report/read/read-table.ts';
import { readRowsEvidence } from '../../../src/report/read/rows-evidence.ts';
import { answered, outputOf, quarantined } from '../hand-made.ts';

const map = { layer: 'layer4', method: 'grad-cam', target: 'predicted' };
/** The heatmap says which image it is of. */
const numbered = ({ key }: { key: string }) => [Number.parseInt(key, 10), 0, 0, 0];

async function numberedOutput() {
  const output = await outputOf({
    shards: [
      [answered('1.jpg', 0, 3), answered('2.jpg', 0, 4)],
      [quarantined('3.jpg'), answered('4.jpg', 0, 5)],
      [answered('5.jpg', 0, 6)],
    ],
    heatmap: numbered,
  });
  return { output, table: await readRunTable(output) };
}

test('evidence comes for the rows asked for, in their order, from all shards', async () => {
  const { output, table } = await numberedOutput();
  const [found] = await readRowsEvidence(output, table, [4, 1, 3, 0], [map]);
  expect(found).toMatchObject({ channels: 2, height: 2, width: 2 });
  expect([0, 1, 2, 3].map((i) => found?.heatmaps[i * 4])).toEqual([5, 2, 4, 1]);
  expect([0, 1, 2, 3].map((i) => found?.evidence[i * 2 + 1])).toEqual([6, 4, 5, 3]);
  expect([...(found?.present ?? [])]).toEqual([1, 1, 1, 1]);
});

test('rows of a shard without evidence are zeros and marked', async () => {
  const { output, table } = await numberedOutput();
  await output.delete('evidence/part-00000.npz');
  const [found] = await readRowsEvidence(output, table, [0, 4], [map]);
  expect([...(found?.present ?? [])]).toEqual([0, 1]);
  expect([...(found?.heatmaps ?? [])]).toEqual([0, 0, 0, 0, 5, 0, 0, 0]);
});

test('a map that no part has is null', async () => {
  const { output, table } = await numberedOutput();
  const found = await readRowsEvidence(output, table, [0], [{ ...map, layer: 'layer9' }, map]);
  expect(found[0]).toBeNull();
  expect(found[1]?.heatmaps[0]).toBe(1);
});
