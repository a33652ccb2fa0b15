import { expect, test } from 'vitest';
import { parseShardJobId, shardJobId } from '../../../src/shared/queue/shard-queue.ts';
import {
  newPlanManifest,
  PlanReader,
  planPartText,
  readManifest,
  readPlanClasses,
  readSample,
  writeManifest,
  writePlanClasses,
  writePlanPart,
  writeSample,
} from '../../../src/shared/run/plan-files.ts';
import { openStore } from '../../../src/shared/store/open-store.ts';
import type { Store } from '../../../src/shared/store/store.ts';
import { temporaryFolder, writeFiles } from '../temporary-folder.ts';

const strange = ['a b+c#%.jpg', 'quote"\\.jpg', 'line\nfeed\r.jpg', '図/🐈\u2028.jpg', '\ud800.jpg'];
const selection = { include: [], exclude: [], suffixes: null, sample: null, seed: 0, limit: null };

test('keys and labels come back as they were, whatever characters they hold', async () => {
  const output = await openStore(await temporaryFolder());
  const images = strange.map((key, i) => ({ key, label: i === 0 ? null : i }));
  await writePlanPart(output, 0, planPartText(images));
  expect(await new PlanReader(output, 3).readShard(1)).toEqual({ number: 1, images: images.slice(3) });
  await writeSample(output, images);
  expect(await readSample(output)).toEqual(images);
});

test('what is not there yet is null; what is no plan is named', async () => {
  const folder = await temporaryFolder();
  const output = await openStore(folder);
  expect([await readManifest(output), await readPlanClasses(output), await readSample(output)]).toEqual([
    null,
    null,
    null,
  ]);
  const manifest = newPlanManifest('run', 64, selection);
  await writeManifest(output, manifest);
  await writePlanClasses(output, { names: ['cat', 'dog'], ids: null });
  expect(await readManifest(output)).toEqual(manifest);
  expect(await readPlanClasses(output)).toEqual({ names: ['cat', 'dog'], ids: null });
  await writePlanClasses(output, { names: ['crane', 'crane'], ids: ['n02012849', 'n03126707'] });
  expect(await readPlanClasses(output)).toEqual({ names: ['crane', 'crane'], ids: ['n02012849', 'n03126707'] });
  await writeFiles(folder, { 'plan/manifest.json': '{"run":"x"}' });
  await expect(readManifest(output)).rejects.toMatchObject({
    code: 'damaged-output',
    message: expect.stringContaining('plan/manifest.json'),
  });
});

test('a part is read once for shards that follow each other, and again when it could not be read', async () => {
  const folder = await temporaryFolder();
  const store = await openStore(folder);
  const gets: string[] = [];
  const counting: Store = Object.assign(Object.create(store), {
    get: (key: string) => {
      gets.push(key);
      return store.get(key);
    },
  });
  const reader = new PlanReader(counting, 1, 1);
  await expect(reader.readShard(0)).rejects.toMatchObject({ code: 'not-found' });
  const images = Array.from({ length: 256 }, (_, i) => ({ key: `${i}`, label: null }));
  await writePlanPart(store, 0, planPartText(images));
  await writePlanPart(store, 1, planPartText([{ key: 'last', label: null }]));
  const read = await Promise.all(images.map((_, shard) => reader.readShard(shard)));
  expect(read.map(({ images }) => images[0]?.key)).toEqual(images.map(({ key }) => key));
  expect((await reader.readShard(256)).images).toEqual([{ key: 'last', label: null }]);
  await reader.readShard(3);
  const part = (n: number) => `plan/part-0000${n}.jsonl`;
  expect(gets).toEqual([part(0), part(0), part(1), part(0)]);
});

test('a job’s id tells its run and shard', () => {
  expect(shardJobId('2026.11.25', 7)).toBe('2026.11.25.7');
  expect(parseShardJobId('2026.11.25.7')).toEqual({ run: '2026.11.25', shard: 7 });
  expect(parseShardJobId('repeat')).toBeNull();
});
