/**
 * Whether a fleet stays as it is for an hour, with workers that come and go: `npm run bench:soak`.
 *
 *     npm run bench:soak -- --minutes 60
 *
 * One worker, one scheduler and one dashboard live through all of it; two more workers at a time live for 15 to 60 seconds, and every fourth of
 * these is killed without warning. Run follows run, with a pause in between. Prints growth an hour of what each holds, and every complaint;
 * exits with 1 where there is one.
 */

import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Random } from '../demo/draw/random.ts';
import { freePorts } from '../infra/local/free-ports.ts';
import { connectRedis } from '../src/shared/ledger/connect-redis.ts';
import { benchRedis, benchS3, usedMemory } from './fleet/servers.ts';
import { packageFolder, printMachine } from './machine.ts';
import { wholeNumber } from './options.ts';
import { drawPhotos } from './photos.ts';
import { type Complaint, ResidentProcess } from './soak/resident-process.ts';
import { type Point, quarters, slope } from './soak/series.ts';
import { fillBucket, oneRun } from './soak/soak-runs.ts';
import { printTable } from './table.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    /** Of each run. */
    images: { type: 'string', default: '400' },
    /** Seconds between two runs. */
    pause: { type: 'string', default: '10' },
  },
});
const minutes = wholeNumber('minutes', values.minutes);
const images = wholeNumber('images', values.images);
const pause = wholeNumber('pause', values.pause);
/** Caches fill, and V8 finds the size that its heap needs. */
const warmUp = Math.min(10, minutes / 4);

const folder = temporaryFolder();
printMachine();
await drawPhotos(32, join(folder, 'photos'));
const [server, s3, ports] = [await benchRedis(), await benchS3('soak'), await freePorts(3)];
const redis = await connectRedis(server.url, { use: 'command' });
await fillBucket(join(folder, 'photos'), join(packageFolder, 'demo/model/demo.onnx'), images);

const environment = { ...s3.environment, GRADLINE_REDIS: server.url, XDG_CACHE_HOME: join(folder, 'cache') };
const heard: Complaint[] = [];
const start = (name: string, ...words: string[]) => new ResidentProcess(name, words, environment, heard);
const [workerPort, schedulerPort, dashboardPort] = ports.map(String);
const worker = start('worker', ...workerWords('worker'), '--metrics', `127.0.0.1:${workerPort}`);
const scheduler = start('scheduler', 'schedule', 'serve', '--json', '--metrics', `127.0.0.1:${schedulerPort}`);
const dashboard = start('dashboard', 'dashboard', '--port', dashboardPort ?? '');

// On a busy machine that takes a while.
await Promise.all([workerPort, schedulerPort].map(answering));
const begin = performance.now();
const hours = () => (performance.now() - begin) / 3_600_000;
const over = new AbortController();
const series = new Map<string, Point[]>();
const counts = { runs: 0, ended: 0, killed: 0 };
const timer = setTimeout(() => over.abort(), minutes * 60_000);
try {
  await Promise.all([makeRuns(), comeAndGo('first'), comeAndGo('second'), watch(), holdPageOpen()]);
} finally {
  clearTimeout(timer);
  over.abort();
  await Promise.all([worker, scheduler, dashboard].map((process) => process.stop()));
  redis.disconnect();
  await Promise.all([server.stop(), s3.stop()]);
}
print();

function workerWords(name: string): string[] {
  // Another worker takes over after five seconds; the crash limit is that of spot machines.
  const ways = ['--lock-duration', '5', '--crash-limit', '3', '--threads', '1', '--pixel-threads', '1'];
  return ['worker', '--name', name, '--json', ...ways];
}

async function makeRuns(): Promise<void> {
  while (!over.signal.aborted) {
    await oneRun(redis, `soak-${counts.runs}`, images, environment);
    counts.runs += 1;
    await pauseFor(pause);
  }
}

async function comeAndGo(name: string): Promise<void> {
  const random = new Random('soak', name);
  for (let number = 1; !over.signal.aborted; number += 1) {
    const passing = start(`${name}-${number}`, ...workerWords(`${name}-${number}`));
    await pauseFor(random.between(15, 60));
    if (number % 4 === 0) {
      counts.killed += 1;
      await passing.kill();
    } else {
      counts.ended += 1;
      await passing.stop();
    }
  }
}

/** What a page that somebody left open asks for all the time. */
async function holdPageOpen(): Promise<void> {
  while (!over.signal.aborted) {
    const answer = await fetch(`http://127.0.0.1:${dashboardPort}/api/events?workers=1`, { signal: over.signal }).catch(
      () => null,
    );
    await answer?.body?.pipeTo(new WritableStream()).catch(() => undefined);
    await pauseFor(1);
  }
}

async function answering(port: string | undefined): Promise<void> {
  for (let attempt = 0; attempt < 240; attempt += 1) {
    if (
      await fetch(`http://127.0.0.1:${port}/livez`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await wait(500);
  }
  throw new Error(`Nothing answers on port ${port} after two minutes.`);
}

async function watch(): Promise<void> {
  while (!over.signal.aborted) {
    for (const process of [worker, scheduler, dashboard])
      note(`${process.name}: resident MiB`, mebibytes(await process.memory()));
    for (const [name, port] of [
      ['worker', workerPort],
      ['scheduler', schedulerPort],
    ]) {
      const text = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
      note(`${name}: JavaScript heap MiB`, mebibytes(metric(text, 'nodejs_heap_size_used_bytes')));
      note(`${name}: open files`, metric(text, 'process_open_fds'));
      note(`${name}: handles`, metric(text, 'nodejs_active_handles_total'));
    }
    const used = await usedMemory(redis);
    const finished = await memoryOfRuns();
    note('Redis: used MiB', mebibytes(used));
    note('Redis: without what it keeps of complete runs, MiB', mebibytes(used - finished));
    await pauseFor(10);
  }
}

/** Bytes of all keys of the ledger. */
async function memoryOfRuns(): Promise<number> {
  let bytes = 0;
  for (const key of await redis.keys('gradline:*')) bytes += Number((await redis.call('MEMORY', 'USAGE', key)) ?? 0);
  return bytes;
}

function metric(text: string, name: string): number {
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
}

function note(name: string, value: number): void {
  const points = series.get(name) ?? [];
  points.push({ time: hours(), value });
  series.set(name, points);
}

async function pauseFor(seconds: number): Promise<void> {
  await wait(seconds * 1000, undefined, { signal: over.signal }).catch(() => undefined);
}

function mebibytes(bytes: number): number {
  return bytes / 2 ** 20;
}

function print(): void {
  const { runs, ended, killed } = counts;
  const isTakenOver = ({ line }: Complaint) => line.startsWith('warning: A process ended while it worked on shard');
  const takenOver = heard.filter(isTakenOver).length;
  const complaints = heard.filter((complaint) => !isTakenOver(complaint));
  console.log(
    `\n${minutes} minutes: ${runs} runs of ${images} images, each image once; ${ended} workers told to end, ${killed} killed`,
  );
  const rows = [...series].map(([name, all]) => {
    const points = all.filter(({ time }) => time * 60 >= warmUp);
    return [name, ...[...quarters(points), slope(points)].map((value) => value.toFixed(2)), String(points.length)];
  });
  printTable(['', '1st quarter', '2nd', '3rd', '4th', 'growth an hour', 'looks'], rows);
  console.log(`  Medians, without the first ${warmUp} minutes; growth is the Theil-Sen slope.`);
  console.log(`\n${takenOver} shards of killed workers were done image by image by others, as they should be`);
  console.log(`${complaints.length} complaints (standard error, other warnings, ends that were not asked for)`);
  for (const { process, line } of complaints) console.log(`  ${process}: ${line}`);
  if (complaints.length > 0) process.exitCode = 1;
}
