/** The pipeline with a model that takes no time, in a process of its own: prints its figures as JSON. Takes a `FeedOrder` as JSON. */

import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { defaultShardSize } from '../../src/shared/run/run-plan.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { configureImageLibrary } from '../../src/worker/pipeline/decode/image-library.ts';
import { explainerOptions } from '../../src/worker/pipeline/explainer-options.ts';
import { openInference } from '../../src/worker/pipeline/inference/inference.ts';
import { ShardPipeline } from '../../src/worker/pipeline/pipeline.ts';
import { pipelineSettings } from '../../src/worker/pipeline/pipeline-settings.ts';
import { openPixels } from '../../src/worker/pipeline/pixels/pixel-threads.ts';
import { cpu } from '../../src/worker/pipeline/provider.ts';
import { usage, usageBetween } from '../usage/usage.ts';
import { type FeedFigures, type FeedOrder, feedOrder } from './feed-order.ts';
import { stageCosts } from './stage-costs.ts';

const order = feedOrder.parse(JSON.parse(process.argv[2] ?? 'null'));
configureImageLibrary();
const configuration = await readConfiguration({
  input: order.input,
  output: order.output,
  model: 'stand-in.onnx',
  overlays: order.overlays,
  'batch-size': String(order.batchSize),
});
const keys = await imageKeys(order.input);
await using inference = await openInference(
  explainerOptions(configuration, null, cpu),
  new URL('./stand-in-thread.js', import.meta.url),
);
const settings = pipelineSettings(configuration, inference.model);
const figures = await feed(order);
const stages = await stageCosts(order, keys, settings);
console.log(JSON.stringify({ ...figures, stages }));

async function feed({
  input,
  output,
  pixelThreads,
  uncounted,
  images,
}: FeedOrder): Promise<Omit<FeedFigures, 'stages'>> {
  await using pixels = openPixels(pixelThreads ?? undefined);
  const run = { input, output, settings, classNames: null, refused: 'quarantine' as const };
  const pipeline = new ShardPipeline({
    inference,
    ledger: { commit: () => undefined },
    images: (slots) => pixels.openRun(run, slots),
    className: () => null,
    onRecord: (record) => {
      if (record.status === 'quarantined') throw new Error(`${record.key}: ${record.error.message}`);
    },
  });
  let number = 0;
  let taken = 0;
  const submit = async (count: number) => {
    const committed: Promise<unknown>[] = [];
    for (let start = 0; start < count; start += defaultShardSize) {
      await pipeline.ready();
      const size = Math.min(defaultShardSize, count - start);
      const shardKeys = keys.slice(taken, taken + size);
      committed.push(pipeline.submit({ number, images: shardKeys.map((key) => ({ key, label: null })) }));
      taken += size;
      number += 1;
    }
    pipeline.flush();
    await Promise.all(committed);
  };
  await submit(uncounted);
  const before = usage();
  const begin = performance.now();
  await submit(images);
  const seconds = (performance.now() - begin) / 1000;
  const used = usageBetween(before, usage());
  await pipeline.close();
  const each = 1000 / images;
  return {
    imagesPerSecond: images / seconds,
    user: used.user * each,
    system: used.system * each,
    mainBusy: used.mainBusy * each,
    mainOnCore: used.mainOnCore === null ? null : used.mainOnCore * each,
    peak: used.peak,
  };
}

async function imageKeys(place: string): Promise<string[]> {
  const store = await openStore(place);
  const found: string[] = [];
  for await (const { key } of store.list()) found.push(key);
  await store.close();
  return found.filter((key) => /\.(jpe?g|png|webp)$/i.test(key)).sort();
}
