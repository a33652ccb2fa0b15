/** `npm run test:chaos` is the long form; the short one is among all tests. GRADLINE_CHAOS_SEED gives another sequence of faults. */

import { expect, test } from 'vitest';
import { imageRecordSchema } from '../../src/shared/run/record.ts';
import { redisServerProgram } from '../fleet/redis-server.ts';
import { s3ServerProgram } from '../fleet/s3-server.ts';
import { type ChaosResult, type ChaosSettings, runInChaos } from './run-in-chaos.ts';

const [redis, s3] = await Promise.all([redisServerProgram(), s3ServerProgram()]);
const long = process.env.GRADLINE_CHAOS === 'long';
const settings: ChaosSettings = {
  ...(long
    ? { images: 3_000, shardSize: 32, killEvery: [3, 7], overlays: 'all' }
    : { images: 240, shardSize: 16, killEvery: [4, 7], overlays: 'errors' }),
  workers: 3,
  restartRedisAt: [0.3, 0.6],
  errors: 0.05,
  latency: 10,
  deadline: long ? 1_500 : 200,
  seed: process.env.GRADLINE_CHAOS_SEED ?? '1',
};

test.skipIf(redis === null || s3 === null)(
  'a run comes through kills, restarts, faults and bad images as if nothing had happened',
  { timeout: long ? 1_800_000 : 240_000 },
  async () => {
    const result = await runInChaos({ redis: redis ?? '', s3: s3 ?? '' }, settings);
    print(result);
    const { planted, status, written, expected, runFile, redisKeys } = result;
    const bad = planted.corrupt.length + planted.killing.length;

    expect(written.size).toBe(expected.size);
    expect([...written.keys()].sort()).toEqual([...expected.keys()].sort());
    expect([...written].filter(([key, body]) => expected.get(key) !== body).map(([key]) => key)).toEqual([]);

    const records = recordsOf(written);
    expect(records.map(({ key }) => key)).toEqual(planted.keys);
    const quarantined = records.flatMap((record) =>
      record.status === 'quarantined' ? [{ key: record.key, killing: record.error.code === 'crashed-worker' }] : [],
    );
    expect(quarantined).toEqual(
      [
        ...planted.corrupt.map((key) => ({ key, killing: false })),
        ...planted.killing.map((key) => ({ key, killing: true })),
      ].sort((a, b) => (a.key < b.key ? -1 : 1)),
    );

    const counts = { done: settings.images - bad, quarantined: bad, labelled: settings.images - bad };
    expect(status).toMatchObject({ state: 'complete', expected: settings.images, missing: 0, ...counts });
    expect(runFile).toMatchObject({ state: 'complete', counts: { images: settings.images, ...counts } });
    expect(status.failures['crashed-worker']).toBe(planted.killing.length);

    // The run's summary, the list of runs, and what BullMQ keeps of a queue in which nothing is.
    expect(
      redisKeys.filter((key) => !/^\{gradline\}:(shards|control):(meta|events|stalled-check|marker|id)$/.test(key)),
    ).toEqual(['gradline:runs', ...['codes', 'failures', 'run'].map((name) => `gradline:{chaos}:${name}`)]);

    // Otherwise it was a quiet day, and the above says nothing.
    expect(result.redisRestarts).toBe(2);
    expect(result.crew.killed).toBeGreaterThan(0);
    expect(result.crew.crashed).toBeGreaterThanOrEqual(planted.killing.length);
    expect(failedRequests(result.faults)).toBeGreaterThan(0);
  },
);

function recordsOf(objects: Map<string, string>) {
  return [...objects.keys()]
    .filter((key) => key.startsWith('scores/part-'))
    .sort()
    .flatMap((key) =>
      Buffer.from(objects.get(key) ?? '', 'base64')
        .toString('utf8')
        .trimEnd()
        .split('\n'),
    )
    .map((line) => imageRecordSchema.parse(JSON.parse(line)));
}

function failedRequests({ slowDown, reset, lost, truncated }: ChaosResult['faults']): number {
  return slowDown + reset + lost + truncated;
}

function print({
  planted,
  shards,
  status,
  seconds,
  crew,
  faults,
  redisRestarts,
  redisKeys,
  written,
}: ChaosResult): void {
  const lines = [
    `${settings.images} images in ${shards} shards, ${settings.workers} workers, ${seconds.toFixed(0)} s, seed ${settings.seed}`,
    `planted     ${planted.corrupt.length} corrupt and ${planted.killing.length} killing images`,
    `workers     ${crew.started} started; ${crew.killed} killed from outside, ${crew.crashed} by an image`,
    `shards      ${crew.shards} counted by workers that told of it; ${status.crashes} crashes over shards in the ledger`,
    `Redis       ${redisRestarts} times killed and started again`,
    `bucket      ${faults.requests} requests, ${failedRequests(faults)} with a fault: ${faults.slowDown} SlowDown, ${faults.reset} reset, ${faults.lost} lost, ${faults.truncated} truncated`,
    `counted     ${status.done} done, ${status.quarantined} quarantined, ${status.missing} missing, ${written.size} objects`,
    `event loop  held up for ${crew.longestLoopDelay} ms at most, in workers that ended in order`,
    `left        ${redisKeys.join(' ')}`,
  ];
  process.stdout.write(`${lines.map((line) => `  ${line}`).join('\n')}\n`);
}
