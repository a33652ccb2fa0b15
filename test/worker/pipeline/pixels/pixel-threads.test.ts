import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FileStore } from '../../../../src/shared/store/file-store.ts';
import { storeRetries } from '../../../../src/shared/store/retry.ts';
import { ImageSlots, slotShape } from '../../../../src/worker/pipeline/image-slots.ts';
import { pipelineSettings } from '../../../../src/worker/pipeline/pipeline-settings.ts';
import { ImageStages } from '../../../../src/worker/pipeline/pixels/image-stages.ts';
import type { ImageWork } from '../../../../src/worker/pipeline/pixels/image-work.ts';
import type { openPixels, PixelWork } from '../../../../src/worker/pipeline/pixels/pixel-threads.ts';
import type { RunOrder } from '../../../../src/worker/pipeline/pixels/run-images.ts';
import { Turnstile } from '../../../../src/worker/pipeline/pixels/turnstile.ts';
import { configurationIn, filesIn, temporaryFolder, writeInto, writePictures } from '../../local/run-fixture.ts';
import { ColorInference, colorOptions, firstSlots } from '../color-inference.ts';

// Node 20 loads no TypeScript in a thread, so the threads are the built ones.
const dist = process.env.GRADLINE_TEST_DIST ?? fileURLToPath(new URL('../../../../dist', import.meta.url));
const built: { openPixels: typeof openPixels } = await import(
  pathToFileURL(join(dist, 'worker/pipeline/pixels/pixel-threads.js')).href
);
const photo = fileURLToPath(new URL('../../../goldens/preprocess/landscape.png', import.meta.url));
const classNames = ['red', 'green', 'blue'];
const inference = new ColorInference(colorOptions({ targets: ['predicted', 'class:2'], batchSize: 8 }));

/** Two threads, and the workers that they are, as Node itself tells of them. */
async function threadsAndWorkers(): Promise<{ threads: PixelWork; workers: Worker[] }> {
  const workers: Worker[] = [];
  const note = (worker: Worker) => void workers.push(worker);
  process.on('worker', note);
  const threads = built.openPixels(2);
  onTestFinished(async () => {
    process.off('worker', note);
    await threads.close();
  });
  while (workers.length < 2) await new Promise(setImmediate);
  return { threads, workers };
}

interface Folder {
  keys: string[];
  order: RunOrder;
}

/** Pictures, a photo of another shape, a file that is no picture, and a key without a file. */
async function folderOf(overlaysOn: 'seen' | 'original' = 'seen'): Promise<Folder> {
  const folder = await temporaryFolder();
  const keys = await writePictures(join(folder, 'input'), 3);
  await mkdir(join(folder, 'input/photos'));
  await copyFile(photo, join(folder, 'input/photos/landscape.png'));
  await writeInto(folder, 'input/photos/broken.png', 'no picture');
  keys.push('photos/landscape.png', 'photos/broken.png', 'photos/missing.png');
  const { input, output, ...configuration } = await configurationIn(folder, { preprocess: { preset: 'fastai' } });
  const overlays = { ...configuration.overlays, on: overlaysOn };
  const settings = pipelineSettings({ ...configuration, input, output, overlays, maps: true }, inference.model);
  return { keys, order: { input, output, settings, classNames, refused: 'quarantine' } };
}

const slotsFor = ({ keys }: Folder) => new ImageSlots(slotShape(inference.model), keys.length);

function stagesHere({ order }: Folder, slots: ImageSlots): ImageWork {
  const { input, output, settings } = order;
  const store = new FileStore(input);
  const parts = { output: new FileStore(output), slots, settings, retries: storeRetries, decoding: new Turnstile(1) };
  return new ImageStages({ ...parts, read: (key) => store.get(key), className: (index) => classNames[index] ?? null });
}

const prepareOrder = (key: string, slot: number) => ({ slot, image: { key, label: 1 }, labelName: 'green' });

/** Takes every image of a folder through all that is done to it. */
async function explainAll({ keys, order }: Folder, slots: ImageSlots, images: ImageWork) {
  const prepared = await Promise.all(keys.map((key, slot) => images.prepare(prepareOrder(key, slot))));
  const explained = [...keys.keys()].filter((slot) => prepared[slot] === null);
  await inference.explain(slots, firstSlots(explained.length, { slots: explained }));
  const finished = await Promise.all(
    keys.map(async (_, slot) => {
      const settled = prepared[slot] ?? null;
      return settled === null ? images.finish({ slot, evaluation: null, regions: null }) : { settled, evidence: null };
    }),
  );
  const evidence = finished.map((image) => image.evidence);
  const lines = finished.map(({ settled }) => settled.line);
  await images.commit({ shard: 3, lines, evidence: [...evidence] });
  await images.close();
  const pixels = explained.map((slot) => Buffer.from(slots.pixels(slot)).toString('base64'));
  return { finished, pixels, files: await filesIn(order.output) };
}

describe('pixel threads', () => {
  test.each(['seen', 'original'] as const)(
    'make the pixels, records and files that the caller itself would, overlays on what is %s',
    async (on) => {
      const { threads } = await threadsAndWorkers();
      const [one, two] = [await folderOf(on), await folderOf(on)];
      const [oneSlots, twoSlots] = [slotsFor(one), slotsFor(two)];
      const run = threads.openRun(one.order, oneSlots);
      expect(run.threads).toBe(2);
      const there = await explainAll(one, oneSlots, run);
      const here = await explainAll(two, twoSlots, stagesHere(two, twoSlots));
      expect(there.pixels).toEqual(here.pixels);
      expect(new Set(there.pixels).size).toBe(4);
      const records = there.finished.map(({ settled }) => settled);
      expect(records.slice(0, 5)).toEqual(here.finished.slice(0, 5).map(({ settled }) => settled));
      expect(there.finished.map(({ evidence }) => evidence)).toEqual(here.finished.map(({ evidence }) => evidence));
      expect([...there.files.keys()]).toEqual([...here.files.keys()]);
      // The message about the missing file names its folder, which is another one here.
      const comparable = [...there.files].filter(([key]) => key !== 'scores/part-00003.jsonl');
      expect(comparable.filter(([key, body]) => !here.files.get(key)?.equals(body)).map(([key]) => key)).toEqual([]);
      expect(comparable.filter(([key]) => key.startsWith('overlays/'))).toHaveLength(4 * 3);
      const part = there.files.get('scores/part-00003.jsonl')?.toString('utf8');
      expect(part).toBe(records.map(({ line }) => `${line}\n`).join(''));
    },
  );

  test('draw on the original at its own size', async () => {
    const { threads } = await threadsAndWorkers();
    const sizes = [];
    for (const on of ['seen', 'original'] as const) {
      const folder = await folderOf(on);
      const slots = slotsFor(folder);
      const { files } = await explainAll(folder, slots, threads.openRun(folder.order, slots));
      const overlay = files.get('overlays/photos/landscape.png/layer4.grad-cam.predicted.png');
      sizes.push([overlay?.readUInt32BE(16), overlay?.readUInt32BE(20)]);
    }
    expect(sizes).toEqual([
      [16, 16],
      [61, 43],
    ]);
  });

  test('quarantine an image that is none and one that is missing, and go on', async () => {
    const { threads } = await threadsAndWorkers();
    const folder = await folderOf();
    const run = threads.openRun(folder.order, slotsFor(folder));
    const of = (key: string) => run.prepare(prepareOrder(key, 0));
    const settled = { status: 'quarantined', label: 1 };
    expect(await of('photos/broken.png')).toMatchObject({ ...settled, error: { code: 'not-an-image' } });
    expect(await of('photos/missing.png')).toMatchObject({ ...settled, error: { code: 'not-found' } });
    expect(await of('../input/photos/landscape.png')).toMatchObject({ ...settled, error: { code: 'bad-key' } });
    expect(await of('photos/landscape.png')).toBeNull();
    await run.close();
  });

  test('keep the runs apart that are open at the same time', async () => {
    const { threads } = await threadsAndWorkers();
    const folders = [await folderOf(), await folderOf()];
    const outputs = await Promise.all(
      folders.map(async (folder) => {
        const slots = slotsFor(folder);
        return explainAll(folder, slots, threads.openRun(folder.order, slots));
      }),
    );
    expect(outputs[0]?.pixels).toEqual(outputs[1]?.pixels);
    expect(outputs.map(({ files }) => files.size)).toEqual(Array(2).fill(outputs[0]?.files.size));
  });
});

describe('a pixel thread that dies', () => {
  test('fails what it had, and nothing else; the next order starts another', async () => {
    const { threads, workers } = await threadsAndWorkers();
    const folder = await folderOf();
    const slots = slotsFor(folder);
    const run = threads.openRun(folder.order, slots);
    const key = 'photos/landscape.png';
    expect(await run.prepare(prepareOrder(key, 0))).toBeNull();
    const whole = slots.pixels(0).slice();
    const [atHand, elsewhere] = [2, 1].map((slot) => run.prepare(prepareOrder(key, slot)));
    const ended = workers[0]?.terminate();
    await expect(atHand).rejects.toThrow('A pixel thread ended: exit code 1.');
    expect(await elsewhere).toBeNull();
    await ended;
    // What the thread knew of the image in slot 0 went with it.
    await expect(run.finish({ slot: 0, evaluation: null, regions: null })).rejects.toThrow('No image was prepared');
    slots.pixels(2).fill(0);
    expect(await run.prepare(prepareOrder(key, 2))).toBeNull();
    expect(slots.pixels(2)).toEqual(whole);
    expect(workers).toHaveLength(3);
    await run.close();
  });

  test('does not keep a run from being closed, nor the threads from being ended', async () => {
    const { threads, workers } = await threadsAndWorkers();
    const folder = await folderOf();
    const run = threads.openRun(folder.order, slotsFor(folder));
    await workers[1]?.terminate();
    await run.close();
    await threads.close();
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1]);
  });
});

test('a run is closed once, however often that is asked for, and the threads end after it', async () => {
  const { threads, workers } = await threadsAndWorkers();
  const folder = await folderOf();
  const run = threads.openRun(folder.order, slotsFor(folder));
  await Promise.all([run.close(), run.close()]);
  await run.close();
  const late = run.prepare(prepareOrder('photos/landscape.png', 0));
  await expect(late).rejects.toThrow('asked about a run that it does not know');
  await threads.close();
  expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1]);
});
