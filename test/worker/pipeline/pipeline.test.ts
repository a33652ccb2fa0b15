import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Shard } from '../../../src/shared/run/run-plan.ts';
import { FileStore } from '../../../src/shared/store/file-store.ts';
import { StoreError } from '../../../src/shared/store/store.ts';
import { InferenceError } from '../../../src/worker/pipeline/inference/inference.ts';
import { openInferenceLanes } from '../../../src/worker/pipeline/inference/inference-lanes.ts';
import { mostImagesInFlight, type PipelineParts, ShardPipeline } from '../../../src/worker/pipeline/pipeline.ts';
import { pipelineSettings } from '../../../src/worker/pipeline/pipeline-settings.ts';
import { ImageStages } from '../../../src/worker/pipeline/pixels/image-stages.ts';
import { Turnstile } from '../../../src/worker/pipeline/pixels/turnstile.ts';
import { SlotMemory } from '../../../src/worker/pipeline/slot-memory.ts';
import type { ImageReader } from '../../../src/worker/pipeline/stages/fetch.ts';
import { configurationIn, temporaryFolder, writePictures } from '../local/run-fixture.ts';
import { ColorInference, colorOptions } from './color-inference.ts';

/** A folder that tells what is written, and can hold a write up or refuse it. */
class WatchedStore extends FileStore {
  readonly events: string[] = [];
  before: (key: string) => void | Promise<void> = () => {};

  override async put(key: string, body: Buffer | string, contentType: string): Promise<void> {
    await this.before(key);
    await super.put(key, body, contentType);
    this.events.push(key);
  }
}

/** Begins with nothing until it may. */
class HeldUpInference extends ColorInference {
  /** Batches. */
  given = 0;
  begin = (): void => {};
  readonly #begun = new Promise<void>((resolve) => {
    this.begin = resolve;
  });

  override async explain(...batch: Parameters<ColorInference['explain']>): ReturnType<ColorInference['explain']> {
    this.given += 1;
    await this.#begun;
    return super.explain(...batch);
  }
}

/** A pipeline over `count` pictures in shards of six, batches of four. */
async function pipelineOver(count: number, { read, ...changes }: Partial<PipelineParts> & { read?: ImageReader } = {}) {
  const folder = await temporaryFolder();
  const keys = await writePictures(join(folder, 'input'), count);
  const configuration = await configurationIn(folder);
  const input = new FileStore(configuration.input);
  const output = new WatchedStore(configuration.output);
  const inference = new ColorInference(colorOptions({ batchSize: 4 }));
  const pipeline = new ShardPipeline({
    inference,
    images: (slots) =>
      new ImageStages({
        read: read ?? ((key) => input.get(key)),
        output,
        slots,
        settings: pipelineSettings(configuration, inference.model),
        className: () => null,
        retries: { attempts: 3, firstDelay: 1 },
        decoding: new Turnstile(2),
      }),
    ledger: { commit: ({ number }) => void output.events.push(`commit ${number}`) },
    className: () => null,
    ...changes,
  });
  onTestFinished(() => pipeline.close());
  const shards: Shard[] = [];
  for (let start = 0; start < count; start += 6) {
    const images = keys.slice(start, start + 6).map((key) => ({ key, label: null }));
    shards.push({ number: shards.length, images });
  }
  return { pipeline, shards, inference, output };
}

/** Lets everything happen that needs no more than a few rounds of the event loop and small files. */
async function settle(): Promise<void> {
  for (let i = 0; i < 300; i += 1) await turn();
}

const fail = (promise: Promise<unknown>) =>
  promise.then(
    () => 'committed',
    (error: unknown) => error,
  );

describe('ShardPipeline', () => {
  test('commits a shard after its overlays and its scores part', async () => {
    const { pipeline, shards, output } = await pipelineOver(18);
    const outcomes = shards.map((shard) => pipeline.submit(shard));
    await pipeline.close();
    await Promise.all(outcomes);
    for (const { number, images } of shards) {
      const part = output.events.indexOf(`scores/part-0000${number}.jsonl`);
      const overlays = images.map(({ key }) => output.events.indexOf(`overlays/${key}/layer4.grad-cam.predicted.png`));
      expect(overlays.every((at) => at !== -1 && at < part)).toBe(true);
      expect(output.events.indexOf(`commit ${number}`)).toBeGreaterThan(part);
    }
  });

  test('gives its slots back when all images are through, once', async () => {
    const memory = new SlotMemory();
    const giveBack = vi.spyOn(memory, 'giveBack');
    const { pipeline, shards } = await pipelineOver(12, { memory });
    await Promise.all(shards.map((shard) => pipeline.submit(shard)));
    expect(giveBack).not.toHaveBeenCalled();
    await pipeline.close();
    await pipeline.close();
    expect(giveBack).toHaveBeenCalledTimes(1);
  });

  test('gives the records of each shard in its order', async () => {
    const { pipeline, shards } = await pipelineOver(12);
    const outcomes = shards.map((shard) => pipeline.submit(shard));
    await pipeline.close();
    for (const { shard, records } of await Promise.all(outcomes)) {
      expect(records.map(({ key }) => key)).toEqual(shard.images.map(({ key }) => key));
    }
  });

  test('keeps a short batch for the next shard until it is flushed', async () => {
    const { pipeline, shards, inference } = await pipelineOver(6);
    const [shard] = shards;
    if (shard === undefined) throw new Error('no shard');
    const outcome = pipeline.submit(shard);
    while (inference.batches.length === 0) await turn();
    await settle();
    expect(inference.batches).toEqual([4]);
    pipeline.flush();
    await outcome;
    expect(inference.batches).toEqual([4, 2]);
  });

  test('gives a lane its next batch however long another takes over its own', async () => {
    const lanes: HeldUpInference[] = [];
    const cards = { name: 'cuda', devices: [0, 1] };
    const inference = await openInferenceLanes(colorOptions({ batchSize: 4, provider: cards }), async (options) => {
      const lane = new HeldUpInference(options);
      lanes.push(lane);
      return lane;
    });
    const { pipeline, shards } = await pipelineOver(24, { inference });
    // Before the pipeline is closed, which waits for them.
    onTestFinished(() => {
      for (const lane of lanes) lane.begin();
    });
    const outcomes = shards.map((shard) => pipeline.submit(shard));
    await vi.waitUntil(() => lanes.every(({ given }) => given === 2), { timeout: 20_000 });
    lanes[1]?.begin();
    await vi.waitUntil(() => lanes[1]?.batches.length === 2, { timeout: 20_000 });
    expect(lanes[0]?.batches).toEqual([]);
    lanes[0]?.begin();
    await Promise.all(outcomes);
    expect(lanes.flatMap(({ batches }) => batches)).toEqual(Array(6).fill(4));
  });

  test('holds a bounded number of images while nothing can be stored', async () => {
    const limits = { preparing: 5, inferring: 1, finishing: 4 };
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let read = 0;
    const input = { get: async (_: string): Promise<Buffer> => Buffer.of() };
    const { pipeline, shards, output } = await pipelineOver(120, {
      limits,
      read: (key) => {
        read += 1;
        return input.get(key);
      },
    });
    const files = new FileStore(join(output.location, '..', 'input'));
    input.get = (key) => files.get(key);
    let held = 0;
    output.before = () => {
      held += 1;
      return gate;
    };
    const outcomes = shards.map((shard) => pipeline.submit(shard));
    // Until every place for finishing is taken and more than a batch is on its way; then as far as the stages before go.
    while (held < limits.finishing || read <= 4) await turn();
    for (let before = -1; before !== read; ) {
      before = read;
      await settle();
    }
    expect(read).toBeLessThanOrEqual(mostImagesInFlight(limits, 4));
    open();
    await pipeline.close();
    await Promise.all(outcomes);
    expect(read).toBe(120);
  });

  test('says when it can take another shard', async () => {
    const { pipeline, shards, output } = await pipelineOver(120);
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    output.before = () => gate;
    const outcomes: Promise<unknown>[] = [];
    let ready = true;
    while (ready) {
      const shard = shards[outcomes.length];
      if (shard === undefined) throw new Error('took every shard');
      outcomes.push(pipeline.submit(shard));
      ready = false;
      pipeline.ready().then(() => {
        ready = true;
      });
      await settle();
    }
    expect(outcomes.length).toBeLessThan(shards.length);
    open();
    await pipeline.ready();
    pipeline.flush();
    await Promise.all(outcomes);
  });

  test('fails only the shard whose files cannot be stored', async () => {
    const { pipeline, shards, output } = await pipelineOver(18);
    const lost = shards[1]?.images[2]?.key ?? 'none';
    output.before = (key) => {
      if (key.startsWith(`overlays/${lost}/`)) throw new StoreError('no-space', 'the disk is full');
    };
    const outcomes = shards.map((shard) => fail(pipeline.submit(shard)));
    await pipeline.close();
    expect(await Promise.all(outcomes)).toMatchObject([{}, { code: 'no-space' }, {}]);
    expect(output.events.filter((event) => event.startsWith('commit')).sort()).toEqual(['commit 0', 'commit 2']);
    expect(output.events).not.toContain('scores/part-00001.jsonl');
  });

  test('does not commit a shard whose scores part cannot be stored', async () => {
    const { pipeline, shards, output } = await pipelineOver(6);
    output.before = (key) => {
      if (key.startsWith('scores/')) throw new StoreError('access-denied', 'read only');
    };
    const outcomes = shards.map((shard) => fail(pipeline.submit(shard)));
    await pipeline.close();
    expect(await Promise.all(outcomes)).toMatchObject([{ code: 'access-denied' }]);
    expect(output.events.filter((event) => event.startsWith('commit'))).toEqual([]);
  });

  test('stores again after errors that pass', async () => {
    const { pipeline, shards, output } = await pipelineOver(12);
    const tries = new Map<string, number>();
    output.before = (key) => {
      const tried = (tries.get(key) ?? 0) + 1;
      tries.set(key, tried);
      if (tried < 3) throw new StoreError('unavailable', 'slow down');
    };
    const outcomes = shards.map((shard) => pipeline.submit(shard));
    await pipeline.close();
    await Promise.all(outcomes);
    expect([...tries.values()]).toEqual(Array.from({ length: 12 * 2 + 2 * 2 }, () => 3));
  });

  test('fails a shard, not its images, when the input cannot be reached', async () => {
    const { pipeline, shards } = await pipelineOver(6, {
      read: async () => {
        throw new StoreError('unavailable', 'no connection');
      },
    });
    const outcomes = shards.map((shard) => fail(pipeline.submit(shard)));
    await pipeline.close();
    expect(await Promise.all(outcomes)).toMatchObject([{ code: 'unavailable' }]);
  });

  test('fails every shard at hand and every later one when inference is lost, and still closes', async () => {
    const { pipeline, shards, inference } = await pipelineOver(60);
    inference.failure = new InferenceError('thread-died', 'The inference thread ended.');
    const outcomes = shards.map((shard) => fail(pipeline.submit(shard)));
    await pipeline.close();
    for (const outcome of await Promise.all(outcomes)) expect(outcome).toMatchObject({ code: 'thread-died' });
  });

  test('commits a shard whose images are all bad', async () => {
    const { pipeline, output } = await pipelineOver(0);
    const outcome = pipeline.submit({ number: 4, images: [{ key: 'missing.png', label: 2 }] });
    const { records } = await outcome;
    expect(records).toMatchObject([
      { key: 'missing.png', status: 'quarantined', label: 2, error: { code: 'not-found' } },
    ]);
    expect(output.events).toEqual(['scores/part-00004.jsonl', 'commit 4']);
  });
});
