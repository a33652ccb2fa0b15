import { expect, test } from 'vitest';
import { readRunTable } from '../../../src/report/read/read-table.ts';
import { readInThreads } from '../../../src/report/read/read-threads.ts';
import { answered, outputOf, quarantined } from '../hand-made.ts';

/** Threads run the built file; `npm test` builds first. */
const builtThread = new URL('../../../dist/report/read/read-thread.js', import.meta.url);

async function manyShards() {
  return outputOf({
    shards: Array.from({ length: 9 }, (_, shard) => [
      answered(`${shard}/a.jpg`, 0, shard % 3),
      quarantined(`${shard}/b.jpg`),
    ]),
  });
}

test('threads read the same table as the main thread, in the same order', async () => {
  const output = await manyShards();
  const groups = [[0, 1], [2], [3, 4, 5], [6], [7, 8]];
  const table = await readInThreads(builtThread, { output: output.location, groups }, 2);
  expect(table).toEqual(await readRunTable(output));
});

test('an error in a thread is the error of the whole', async () => {
  const output = await manyShards();
  await output.put('scores/part-00004.jsonl', 'not a record\n', 'application/x-ndjson');
  const reading = readInThreads(builtThread, { output: output.location, groups: [[0, 1, 2, 3], [4], [5]] }, 2);
  await expect(reading).rejects.toMatchObject({
    code: 'damaged-output',
    message: expect.stringContaining('part-00004'),
  });
});
