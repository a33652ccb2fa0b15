import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { QuarantinedRecord } from '../../../src/shared/run/record.ts';
import type { Shard } from '../../../src/shared/run/run-plan.ts';
import { FileStore } from '../../../src/shared/store/file-store.ts';
import { storeRetries } from '../../../src/shared/store/retry.ts';
import { type PipelineParts, ShardPipeline } from '../../../src/worker/pipeline/pipeline.ts';
import { pipelineSettings } from '../../../src/worker/pipeline/pipeline-settings.ts';
import { ImageStages } from '../../../src/worker/pipeline/pixels/image-stages.ts';
import { Turnstile } from '../../../src/worker/pipeline/pixels/turnstile.ts';
import { configurationIn, recordsIn, temporaryFolder, writePictures } from '../local/run-fixture.ts';
import { ColorInference, colorOptions } from './color-inference.ts';

/**
 * A pipeline over one shard of `count` pictures, in batches of four; `events` tells what happens in which order.
 * Nothing is read before the gate opens.
 */
async function pipelineOver(
  count: number,
  { gate, ...changes }: Partial<PipelineParts> & { gate?: Promise<void> } = {},
) {
  const folder = await temporaryFolder();
  const keys = await writePictures(join(folder, 'input'), count);
  const configuration = await configurationIn(folder);
  const input = new FileStore(configuration.input);
  const inference = new ColorInference(colorOptions({ batchSize: 4 }));
  const events: string[] = [];
  const pipeline = new ShardPipeline({
    inference,
    images: (slots) =>
      new ImageStages({
        read: async (key) => {
          events.push(`read ${key}`);
          await gate;
          return input.get(key);
        },
        output: new FileStore(configuration.output),
        slots,
        settings: pipelineSettings(configuration, inference.model),
        className: () => null,
        retries: storeRetries,
        decoding: new Turnstile(2),
      }),
    ledger: { commit: () => void events.push('commit') },
    className: () => null,
    ...changes,
  });
  onTestFinished(() => pipeline.close());
  const shard: Shard = { number: 0, images: keys.map((key) => ({ key, label: null })) };
  return { pipeline, shard, keys, inference, events, output: configuration.output };
}

test('one by one, an image is begun when the one before it is stored', async () => {
  const { pipeline, shard, keys, inference, events, output } = await pipelineOver(3);
  await pipeline.submitOneByOne(shard, {
    order: [2, 0, 1],
    known: new Map(),
    before: async (place) => void events.push(`before ${place}`),
    after: async () => void events.push('after'),
  });
  const steps = [2, 0, 1].flatMap((place) => [`before ${place}`, `read ${keys[place]}`]);
  expect(events).toEqual([...steps, 'after', 'commit']);
  expect(inference.batches).toEqual([1, 1, 1]);
  expect((await recordsIn(output)).map(({ key }) => key)).toEqual(keys);
});

test('one by one, images with a known record are not begun', async () => {
  const { pipeline, shard, keys, events, output } = await pipelineOver(2);
  const error = { code: 'crashed-worker', message: 'It killed the process.' };
  const record: QuarantinedRecord = { key: keys[0] ?? '', status: 'quarantined', error, label: null, labelName: null };
  await pipeline.submitOneByOne(shard, {
    order: [0, 1],
    known: new Map([[0, record]]),
    before: async () => undefined,
    after: async () => undefined,
  });
  expect(events).toEqual([`read ${keys[1]}`, 'commit']);
  expect((await recordsIn(output))[0]).toEqual(record);
});

test('one by one, what `before` throws fails the shard', async () => {
  const { pipeline, shard, events } = await pipelineOver(2);
  const taken = new Error('Another worker has it.');
  const outcome = pipeline.submitOneByOne(shard, {
    order: [0, 1],
    known: new Map(),
    before: async (place) => {
      if (place === 1) throw taken;
    },
    after: async () => undefined,
  });
  await expect(outcome).rejects.toBe(taken);
  expect(events).not.toContain('commit');
});

test('stopping gives up a shard that is not wholly begun, and finishes one that is', async () => {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const limits = { preparing: 4, inferring: 1, finishing: 4 };
  const { pipeline, shard, events } = await pipelineOver(12, { limits, gate });
  const begun = pipeline.submit({ number: 0, images: shard.images.slice(0, 3) });
  const waiting = pipeline.submit({ number: 1, images: shard.images.slice(3) });
  while (events.length < 4) await turn();
  const stop = new Error('The worker stops.');
  pipeline.stop(stop);
  await expect(waiting).rejects.toBe(stop);
  await expect(pipeline.submit(shard)).rejects.toBe(stop);
  open();
  expect((await begun).records).toHaveLength(3);
  expect(events.filter((event) => event === 'commit')).toHaveLength(1);
});

test('a short batch is run by itself when no further shard comes', async () => {
  const { pipeline, shard, inference } = await pipelineOver(6, { flushAfter: 1 });
  await pipeline.submit(shard);
  expect(inference.batches).toEqual([4, 2]);
});
