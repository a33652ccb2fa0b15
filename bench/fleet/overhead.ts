/** One worker on Redis and S3 against `gradline run` on local files. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import type { Store } from '../../src/shared/store/store.ts';
import { freshOutput } from '../fresh-output.ts';
import { type Ratio, ratioText } from '../interleave.ts';
import { multiplyPhotos } from '../photos.ts';
import { runGradline } from '../run-gradline.ts';
import { median, quantile } from '../statistics.ts';
import { printTable } from '../table.ts';
import { measureRun } from '../usage/measured-run.ts';
import { benchRedis, benchS3, processorSeconds } from './servers.ts';
import { workUntilEmpty } from './worker-process.ts';

export interface OverheadSettings {
  model: { name: string; file: string; layer: string };
  photos: string;
  /** Images of the short and of the long run. */
  images: { short: number; long: number };
  rounds: number;
  folder: string;
}

/** Times in seconds. */
interface Cost {
  /** From the opened model to the merged scores. */
  wall: number;
  /** Of the process that explains, all of it. */
  processor: number;
  /** Of Redis and the S3 server together. */
  servers: number;
}

const target = 0.95;

/**
 * Prints images/s of both, and what an image costs of the processors, measured in turns. All are those of a long run less those of a short
 * one, so that starting, opening and merging count nothing. The servers of the fleet run on the same processors. Each writes one JPEG overlay
 * a photo; neither makes a report.
 */
export async function compareWithLocalRun(settings: OverheadSettings): Promise<void> {
  const { model, photos, images, rounds, folder } = settings;
  const [server, s3] = await Promise.all([benchRedis(), benchS3('photos', 'out')]);
  const redis = await connectRedis(server.url, { use: 'command' });
  const environment = { ...s3.environment, GRADLINE_REDIS: server.url, XDG_CACHE_HOME: join(folder, 'cache') };
  const usual = ['--layers', model.layer, '--no-report'];
  const counts = [images.short, images.long];
  const photosOf = (count: number) => join(folder, `photos-${count}`);
  const delays: number[] = [];
  let runs = 0;

  const local = async (count: number): Promise<Cost> => {
    const output = freshOutput(folder);
    const run = await measureRun([photosOf(count), '--model', model.file, ...usual], output);
    return { wall: run.images / run.imagesPerSecond, processor: run.user + run.system, servers: 0 };
  };
  const fleet = async (count: number): Promise<Cost> => {
    const name = `${model.name}-${runs++}`;
    const places = ['--model', 's3://photos/model.onnx', '--output', `s3://out/${name}`];
    const before = await processorSeconds(redis, s3);
    await runGradline(['enqueue', `s3://photos/${count}`, ...places, ...usual, '--quiet'], { environment });
    const worked = await workUntilEmpty(join(folder, `${name}.usage.json`), environment);
    if (worked.images !== count) throw new Error(`The worker's run has ${worked.images} images, not ${count}.`);
    delays.push(worked.longestLoopDelay);
    return {
      wall: worked.seconds,
      processor: worked.processor,
      servers: (await processorSeconds(redis, s3)) - before,
    };
  };

  const [here, there]: [RoundCost[], RoundCost[]] = [[], []];
  try {
    const bucket = await openStore('s3://photos');
    for (const count of counts) {
      await multiplyPhotos(photos, count, photosOf(count));
      await upload(photosOf(count), bucket, String(count));
    }
    await bucket.put('model.onnx', await readFile(model.file), 'application/octet-stream');
    await bucket.close();
    for (let round = 0; round < rounds; round += 1) {
      here.push(roundCost(images, await local(images.short), await local(images.long)));
      there.push(roundCost(images, await fleet(images.short), await fleet(images.long)));
    }
  } finally {
    redis.disconnect();
    await Promise.all([server.stop(), s3.stop()]);
  }
  print(settings, here, there);
  console.log(`  The worker's event loop was held up for ${Math.max(...delays)} ms at most (target: 50 ms)`);
}

interface RoundCost {
  imagesPerSecond: number;
  /** Milliseconds of processor time that an image more takes. */
  processor: number;
  servers: number;
}

function roundCost({ short, long }: OverheadSettings['images'], few: Cost, many: Cost): RoundCost {
  const each = 1000 / (long - short);
  return {
    imagesPerSecond: (long - short) / (many.wall - few.wall),
    processor: (many.processor - few.processor) * each,
    servers: (many.servers - few.servers) * each,
  };
}

function print({ model, images, rounds }: OverheadSettings, here: RoundCost[], there: RoundCost[]): void {
  const ratios = (own: (cost: RoundCost) => number, reference: (cost: RoundCost) => number): Ratio => {
    const each = there.map(
      (cost, round) => own(cost) / (here[round] === undefined ? Number.NaN : reference(here[round])),
    );
    return { median: median(each), middleHalf: [quantile(each, 0.25), quantile(each, 0.75)] };
  };
  const middle = (costs: RoundCost[], of: (cost: RoundCost) => number, digits: number) =>
    median(costs.map(of)).toFixed(digits);
  const rate = ({ imagesPerSecond }: RoundCost) => imagesPerSecond;
  const own = ({ processor }: RoundCost) => processor;
  console.log(`\nFleet overhead with ${model.name} at ${model.layer}: an overlay each, no report, ${rounds} rounds`);
  printTable(
    ['', 'images/s', 'to gradline run (middle half)', 'target', 'CPU ms an image', 'to gradline run (middle half)'],
    [
      ['gradline run, local files', middle(here, rate, 1), '', '', middle(here, own, 1), ''],
      [
        'one worker, Redis and S3',
        middle(there, rate, 1),
        ratioText(ratios(rate, rate)),
        `>= ${target}`,
        middle(there, own, 1),
        ratioText(ratios(own, own)),
      ],
      ['the two servers', '', '', '', middle(there, ({ servers }) => servers, 1), ''],
    ],
  );
  console.log(`  A run over ${images.long} photos less one over ${images.short}`);
}

async function upload(folder: string, bucket: Store, prefix: string): Promise<void> {
  const files = await openStore(folder);
  for await (const { key } of files.list()) await bucket.put(`${prefix}/${key}`, await files.get(key), 'image/jpeg');
  await files.close();
}
