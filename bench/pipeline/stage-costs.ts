/** Every stage of an image by itself, in this thread, one image after the other: what it costs where nothing else is at work. */

import { at } from '../../src/explain/at.ts';
import { openImageStore } from '../../src/shared/run/image-store.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { storeRetries } from '../../src/shared/store/retry.ts';
import { readRaster } from '../../src/worker/pipeline/decode/read-raster.ts';
import { packEvidence } from '../../src/worker/pipeline/evidence/packed-evidence.ts';
import type { StageSettings } from '../../src/worker/pipeline/pixels/image-stages.ts';
import { settledImage } from '../../src/worker/pipeline/settled-image.ts';
import { storeShard } from '../../src/worker/pipeline/stages/commit.ts';
import { decodeInto } from '../../src/worker/pipeline/stages/decode.ts';
import { fetchImage } from '../../src/worker/pipeline/stages/fetch.ts';
import { type ExplainedImage, type RenderedImage, renderImage } from '../../src/worker/pipeline/stages/render.ts';
import { putFile } from '../../src/worker/pipeline/stages/store.ts';
import type { FeedOrder, StageCosts } from './feed-order.ts';
import { standInModel } from './stand-in-model.ts';

/** Number of a shard that the run itself does not have. */
const firstShard = 90_000;
const noName = () => null;

/**
 * Each stage once over a few images that are not measured, then over `stageImages`. Its processor time is that of the whole process,
 * because libvips and file systems work in threads of their own.
 */
export async function stageCosts(order: FeedOrder, keys: string[], settings: StageSettings): Promise<StageCosts> {
  const input = await openImageStore(order.input);
  const output = await openStore(order.output);
  const few = Math.ceil(order.stageImages / 4);
  const measure = async (work: (i: number) => Promise<unknown>) => {
    for (let i = 0; i < few; i += 1) await work(i);
    const before = process.cpuUsage();
    for (let i = 0; i < order.stageImages; i += 1) await work(i);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e3 / order.stageImages;
  };
  const key = (i: number) => at(keys, i % keys.length);

  const files = new Map<string, Buffer>();
  const read = await measure(async (i) => {
    files.set(key(i), await fetchImage(key(i), (name) => input.get(name), storeRetries));
  });
  const bytes = (i: number) => files.get(key(i)) ?? Buffer.alloc(0);
  const decode = await measure((i) => readRaster(bytes(i)));
  const { height, width } = settings.preprocessing.size;
  const pixels = new Uint8Array(height * width * 3);
  const decodeAndResize = await measure((i) => decodeInto(pixels, bytes(i), settings));

  const explained = await explainedImage(pixels, bytes(0), settings);
  let rendered: RenderedImage = await renderImage(explained, settings, noName);
  const undrawn = { ...settings, overlays: { ...settings.overlays, write: 'none' as const } };
  const render = (use: StageSettings) => async () => {
    rendered = await renderImage(explained, use, noName);
    return settings.evidence ? packEvidence(explained.explanation.maps, 0) : null;
  };
  const record = await measure(render(undrawn));
  const drawn = settings.overlays.write === 'none' ? record : await measure(render(settings));
  // Every image has files of its own: replacing a file is other work than making one.
  const write = await measure(async (i) => {
    const place = (name: string) => `stages/${i}/${name}`;
    const own = rendered.files.map((file) => ({ ...file, key: place(file.key) }));
    await Promise.all(own.map((file) => putFile(file, output, storeRetries)));
  });

  const { line } = settledImage(rendered.record);
  const lines = Array.from({ length: order.stageImages }, () => line);
  const evidence = lines.map(() => (settings.evidence ? packEvidence(explained.explanation.maps, 0) : null));
  const commit = (number: number) =>
    storeShard({ shard: number, lines, evidence }, standInModel(1).maps, output, settings.scores, storeRetries);
  await commit(firstShard);
  const before = process.cpuUsage();
  await commit(firstShard + 1);
  const { user, system } = process.cpuUsage(before);
  await Promise.all([input.close(), output.close()]);
  return {
    read,
    decode,
    resize: decodeAndResize - decode,
    record,
    'draw and encode': drawn - record,
    write,
    commit: (user + system) / 1e3 / lines.length,
  };
}

async function explainedImage(pixels: Uint8Array, bytes: Buffer, settings: StageSettings): Promise<ExplainedImage> {
  const { height, width } = settings.preprocessing.size;
  const picture = await decodeInto(pixels, bytes, settings);
  const explanation = await standInModel(1).explain(pixels, { count: 1 });
  const image = { key: 'photo.jpg', label: null };
  return {
    image,
    labelName: null,
    picture,
    seen: { pixels, height, width },
    explanation,
    evaluation: null,
    regions: null,
  };
}
