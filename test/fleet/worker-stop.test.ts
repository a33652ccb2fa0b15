import { describe, expect, test } from 'vitest';
import { fleetAvailable, localRun, objectsOf, quick, until, useFleet } from './fleet.ts';

describe.skipIf(!fleetAvailable)('a worker that goes away', () => {
  const fleet = useFleet();

  test('hands its shards back when it is told to stop, without using an attempt', async () => {
    const { enqueue, startWorker, work, status, queue, output } = fleet();
    await enqueue('stopped', 'val');
    const { ended, events } = startWorker([...quick, '--concurrency', '4'], 'gradline:image blue/0002.png SIGTERM');
    expect((await ended).code).toBe(0);
    const summary = events.at(-1);
    const { settledShards, crashes } = await status('stopped');
    expect(summary).toMatchObject({ event: 'end', shards: settledShards, handedBack: 4 - settledShards });
    expect(settledShards).toBeLessThan(4);
    expect(crashes).toBe(0);
    const waiting = await queue.getWaiting();
    expect(waiting).toHaveLength(4 - settledShards);
    expect(waiting.map(({ attemptsMade }) => attemptsMade)).toEqual(waiting.map(() => 0));

    expect((await work(quick)).code).toBe(0);
    expect(await status('stopped')).toMatchObject({ state: 'complete', done: 24, quarantined: 0 });
    expect(await objectsOf(await output('stopped'))).toEqual(await objectsOf(await localRun(fleet(), 'stopped')));
  });

  test('is replaced when it is killed, and no image is blamed', async () => {
    const { enqueue, startWorker, work, status, output } = fleet();
    await enqueue('killed', 'val');
    const killed = startWorker(quick, 'gradline:image green/0010.png SIGKILL');
    expect((await killed.ended).code).toBe(null);
    expect((await work(quick)).code).toBe(0);
    const { state, done, quarantined, crashes } = await status('killed');
    expect({ state, done, quarantined }).toEqual({ state: 'complete', done: 24, quarantined: 0 });
    expect(crashes).toBeGreaterThan(0);
    expect(await objectsOf(await output('killed'))).toEqual(await objectsOf(await localRun(fleet(), 'killed')));
  });

  test('counts once when it is frozen past its lock and thaws after another did its shards', async () => {
    const { enqueue, startWorker, status, output } = fleet();
    await enqueue('frozen', 'val');
    const frozen = startWorker(quick, 'gradline:image blue/0002.png SIGSTOP');
    await until(async () => (await status('frozen')).shardsUnderWay > 0);
    const other = startWorker(quick);
    expect((await other.ended).code).toBe(0);
    expect(await status('frozen')).toMatchObject({ state: 'complete', done: 24 });
    frozen.child.kill('SIGCONT');
    expect((await frozen.ended).code).toBe(0);
    // What others have taken over is nothing to read about.
    expect(frozen.events.filter(({ message }) => /^Queue:/.test(String(message)))).toEqual([]);
    const { state, done, quarantined } = await status('frozen');
    expect({ state, done, quarantined }).toEqual({ state: 'complete', done: 24, quarantined: 0 });
    expect(await objectsOf(await output('frozen'))).toEqual(await objectsOf(await localRun(fleet(), 'frozen')));
    expect(await fleet().queue.getJobCountByTypes()).toBe(0);
  });

  test('is replaced when it is killed while it finishes the run', async () => {
    const { enqueue, startWorker, work, status, output } = fleet();
    await enqueue('unfinished', 'val');
    const finisher = startWorker(quick, 'gradline:finish unfinished SIGKILL');
    expect((await finisher.ended).code).toBe(null);
    expect(await status('unfinished')).toMatchObject({ state: 'finishing', done: 24 });
    expect((await work(quick)).code).toBe(0);
    expect((await status('unfinished')).state).toBe('complete');
    expect(await objectsOf(await output('unfinished'))).toEqual(await objectsOf(await localRun(fleet(), 'unfinished')));
  });
});
