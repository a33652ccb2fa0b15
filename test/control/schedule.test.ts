import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openControlQueue } from '../../src/control/schedule/control-queue.ts';
import { addSchedule, listSchedules, removeSchedule } from '../../src/control/schedule/edit-schedules.ts';
import type { Schedule } from '../../src/control/schedule/schedule.ts';
import { type Scheduler, type StartRun, startScheduler } from '../../src/control/schedule/start-scheduler.ts';
import { decide } from '../../src/control/schedule/tick.ts';
import { connectRedis } from '../../src/shared/ledger/connect-redis.ts';
import { completeRun, tryFinish } from '../../src/shared/ledger/finish.ts';
import { openRunLedger, type RedisClient } from '../../src/shared/ledger/run-keys.ts';
import { cancelRun, pauseRun } from '../../src/shared/ledger/run-state.ts';
import { createRun, endPlanning } from '../../src/shared/ledger/runs.ts';
import type { RunConfiguration } from '../../src/shared/run/configuration.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { StoreError } from '../../src/shared/store/store.ts';
import { redisProgram, statusOf, useRedis } from './fixture.ts';

const everySecond = '* * * * * *';

/** What would be enqueued: notes each start, and creates the run in the ledger as a producer does. */
class Starts {
  readonly runs: { run: string; configuration: RunConfiguration }[] = [];
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  readonly start: StartRun = async (configuration, run) => {
    this.runs.push({ run, configuration });
    await createRun(openRunLedger(this.#redis, run), { shardSize: 64, output: configuration.output });
    return 'enqueued';
  };
}

describe.skipIf(redisProgram === null)('schedules', () => {
  const use = useRedis();
  beforeEach(() => use().redis.flushall());

  async function schedule(changes: Partial<Schedule> = {}): Promise<Schedule> {
    const settings = { input: 's3://photos/val', model: 's3://models/m.onnx', output: 's3://results/val' };
    return {
      name: 'nightly',
      cron: everySecond,
      timeZone: 'UTC',
      missed: 'catch-up',
      overlap: 'skip',
      grace: 600,
      configuration: await readConfiguration(settings),
      ...changes,
    };
  }

  /** A scheduler of a process of its own, so to say. */
  async function scheduler(startRun: StartRun): Promise<Scheduler & { notices: string[] }> {
    const redis = await connectRedis(use().server.url, { use: 'worker' });
    const notices: string[] = [];
    const started = await startScheduler({
      redis,
      startRun,
      onNotice: (notice) => notices.push(notice),
      lookAgain: 100,
    });
    let closed: Promise<void> | null = null;
    const close = () => {
      closed ??= started.close().then(() => redis.disconnect());
      return closed;
    };
    onTestFinished(close);
    return { close, notices };
  }

  async function historyOf(name = 'nightly') {
    const found = (await listSchedules(use().redis)).find((entry) => entry.name === name);
    return found?.history ?? [];
  }

  const until = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 50 });

  test('BullMQ starts a run at each of its times, with the date and time as its id and an output of its own', async () => {
    const { redis } = use();
    const starts = new Starts(redis);
    const first = await addSchedule(redis, await schedule());
    await scheduler(async (configuration, run, signal) => {
      const result = await starts.start(configuration, run, signal);
      await cancelRun(openRunLedger(redis, run));
      return result;
    });
    await until(() => expect(starts.runs.length).toBeGreaterThanOrEqual(3));
    const times = starts.runs.slice(0, 3).map(({ run }) => {
      const [, date, hour, minute, second] = /^nightly-(\d{4}-\d\d-\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(run) ?? [];
      return Date.parse(`${date}T${hour}:${minute}:${second}Z`);
    });
    expect(times).toEqual([first.getTime(), first.getTime() + 1000, first.getTime() + 2000]);
    const [start] = starts.runs;
    expect(start?.configuration).toMatchObject({ input: 's3://photos/val', output: `s3://results/val/${start?.run}` });
    expect((await historyOf()).at(-1)).toMatchObject({ event: 'started', run: start?.run, due: first.getTime() });
  });

  test('a start that failed is tried again although the next time has come meanwhile', async () => {
    const { redis } = use();
    const often = await schedule({ cron: '* * * * *' });
    const first = Date.parse('2026-11-28T02:00:00Z');
    const tick = { schedule: often, job: 'repeat:nightly:1', first, waitingFor: null };
    const itselfGoes = async () => true;
    expect(await decide(redis, tick, itselfGoes, first)).toMatchObject({
      action: 'start',
      run: 'nightly-2026-11-28-0200',
    });
    expect(await decide(redis, tick, itselfGoes, first + 150_000)).toEqual({
      action: 'start',
      run: 'nightly-2026-11-28-0200',
      due: first,
      entry: null,
    });
  });

  test('each report is compared with the latest run before it that is complete, unless the schedule names another', async () => {
    const { redis } = use();
    const starts = new Starts(redis);
    const { configuration } = await schedule();
    await addSchedule(redis, await schedule());
    await addSchedule(
      redis,
      await schedule({ name: 'fixed', configuration: { ...configuration, since: 's3://results/release' } }),
    );
    await scheduler(async (settings, run, signal) => {
      const result = await starts.start(settings, run, signal);
      const ledger = openRunLedger(redis, run);
      // The second run of each is cancelled.
      if (starts.runs.filter((start) => start.run.slice(0, 5) === run.slice(0, 5)).length === 2) {
        await cancelRun(ledger);
        return result;
      }
      await endPlanning(ledger, { expected: 0, shards: 0 });
      const finish = await tryFinish(ledger, 60_000);
      expect(finish.result).toBe('finisher');
      if (finish.result !== 'finisher') return result;
      await completeRun(ledger, finish.fence, { done: 0, quarantined: 0, labelled: 0, correct: 0, failures: {} });
      return result;
    });
    const of = (name: string) => starts.runs.filter(({ run }) => run.startsWith(`${name}-`));
    await until(() => expect([of('nightly').length >= 4, of('fixed').length >= 2]).toEqual([true, true]));
    const [first, , third] = of('nightly').map(({ configuration: { output } }) => output);
    expect(
      of('nightly')
        .slice(0, 4)
        .map((start) => start.configuration.since),
    ).toEqual([undefined, first, first, third]);
    expect(of('fixed').map((start) => start.configuration.since)).toEqual(
      of('fixed').map(() => 's3://results/release'),
    );
  });

  test('of several schedulers, each time is dealt with by one', async () => {
    const { redis } = use();
    const starts = new Starts(redis);
    const startAndEnd: StartRun = async (configuration, run, signal) => {
      const result = await starts.start(configuration, run, signal);
      await cancelRun(openRunLedger(redis, run));
      return result;
    };
    await Promise.all([scheduler(startAndEnd), scheduler(startAndEnd), scheduler(startAndEnd)]);
    await addSchedule(redis, await schedule());
    await until(() => expect(starts.runs.length).toBeGreaterThanOrEqual(3));
    const runs = starts.runs.map(({ run }) => run);
    expect(new Set(runs).size).toBe(runs.length);
  });

  test('while its run goes, no other is started, and the history says so', async () => {
    const { redis } = use();
    const starts = new Starts(redis);
    await addSchedule(redis, await schedule());
    await scheduler(starts.start);
    await until(async () => expect((await historyOf()).length).toBeGreaterThanOrEqual(3));
    expect(starts.runs).toHaveLength(1);
    const [begun] = starts.runs;
    const [latest] = await historyOf();
    expect(latest).toMatchObject({ event: 'skipped', reason: `${begun?.run} still goes` });

    // Paused is not ended.
    await pauseRun(openRunLedger(redis, begun?.run ?? ''));
    const before = (await historyOf()).length;
    await until(async () => expect((await historyOf()).length).toBeGreaterThan(before));
    expect(starts.runs).toHaveLength(1);
    await cancelRun(openRunLedger(redis, begun?.run ?? ''));
    await until(() => expect(starts.runs.length).toBeGreaterThan(1));
  });

  test('with --overlap wait, the next run starts when the one before has ended', async () => {
    const { redis } = use();
    const starts = new Starts(redis);
    // Twice within a few seconds, then not again for most of a minute.
    const times = [2_000, 3_000].map((wait) => new Date(Date.now() + wait));
    const each = (part: (time: Date) => number) => [...new Set(times.map(part))].join(',');
    const clock = [each((time) => time.getUTCSeconds()), each((time) => time.getUTCMinutes())];
    const cron = `${clock.join(' ')} ${each((time) => time.getUTCHours())} * * *`;
    await addSchedule(redis, await schedule({ overlap: 'wait', cron }));
    await scheduler(starts.start);
    await until(async () => expect((await historyOf()).map(({ event }) => event)).toEqual(['waiting', 'started']));
    await sleep(500);
    expect(starts.runs).toHaveLength(1);
    const [waiting, started] = await historyOf();
    await cancelRun(openRunLedger(redis, started?.run ?? ''));
    await until(() => expect(starts.runs.map(({ run }) => run)).toEqual([started?.run, waiting?.run]));
    expect((await historyOf())[0]).toMatchObject({ event: 'started', run: waiting?.run });
  });

  test('a run that waits gives way when the next time has come', async () => {
    const { redis } = use();
    const starts = new Starts(redis);
    await addSchedule(redis, await schedule({ overlap: 'wait' }));
    await scheduler(starts.start);
    await until(async () =>
      expect((await historyOf()).map(({ reason }) => reason)).toContain(
        `${starts.runs[0]?.run} still goes, and the next time has come`,
      ),
    );
    const queue = openControlQueue(redis);
    const waiting = await queue.getJobCounts('delayed', 'waiting', 'active');
    await queue.close();
    // The one that waits, the next one, and perhaps one on its way.
    expect(Object.values(waiting).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(3);
    expect(starts.runs).toHaveLength(1);
  });

  test('missed times are caught up by one run, for the latest of them', async () => {
    const { redis } = use();
    const starts = new Starts(redis);
    await addSchedule(redis, await schedule({ grace: 0 }));
    // Nobody attends to it meanwhile.
    await sleep(3_500);
    const back = Date.now();
    await scheduler(starts.start);
    await until(() => expect(starts.runs).toHaveLength(1));
    const entry = (await historyOf()).at(-1);
    expect(entry).toMatchObject({ event: 'caught-up', run: starts.runs[0]?.run });
    expect(entry?.due).toBeGreaterThan(back - 1_000);
    expect(entry?.reason).toMatch(/^no worker was there from /);
  });

  test('with --missed skip, a missed time is left, and the next one is not', async () => {
    const { redis } = use();
    const starts = new Starts(redis);
    // Due in a second, then in a minute: so no later time hides the missed one.
    const due = new Date(Date.now() + 1_000);
    const cron = `${due.getUTCSeconds()} * * * * *`;
    await addSchedule(redis, await schedule({ missed: 'skip', grace: 0.5, cron }));
    await sleep(2_500);
    const { notices } = await scheduler(starts.start);
    await until(async () => expect(await historyOf()).toHaveLength(1));
    expect(await historyOf()).toMatchObject([
      { event: 'missed', reason: expect.stringContaining('no worker was there') },
    ]);
    expect(notices).toEqual([expect.stringMatching(/^Schedule nightly: run nightly-\S+ missed/)]);
    expect(starts.runs).toEqual([]);
    await addSchedule(redis, await schedule({ missed: 'skip' }), true);
    await until(() => expect(starts.runs).toHaveLength(1));
  });

  test('a scheduler that is closed hands the run that it enqueues to another', async () => {
    const { redis } = use();
    const starts = new Starts(redis);
    const interrupted: string[] = [];
    await addSchedule(redis, await schedule());
    const first = await scheduler(async (_, run, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      interrupted.push(run);
      return 'interrupted';
    });
    await until(async () => expect((await historyOf()).at(-1)).toMatchObject({ event: 'started' }));
    await first.close();
    expect(interrupted).toHaveLength(1);
    await scheduler(starts.start);
    await until(() => expect(starts.runs.map(({ run }) => run)).toEqual(interrupted));
    const started = (await historyOf()).filter(({ event }) => event === 'started');
    expect(started).toHaveLength(1);
  });

  test('a run that cannot be enqueued is noted as failed, and the next one starts', async () => {
    const { redis } = use();
    const starts = new Starts(redis);
    let refused = '';
    await addSchedule(redis, await schedule());
    await scheduler(async (configuration, run, signal) => {
      if (refused !== '') return starts.start(configuration, run, signal);
      refused = run;
      await new Starts(redis).start(configuration, run, signal);
      throw new StoreError('access-denied', 'Cannot list s3://photos/val: access denied.');
    });
    await until(() => expect(starts.runs).toHaveLength(1));
    expect((await historyOf()).find(({ event }) => event === 'failed')).toMatchObject({
      run: refused,
      reason: 'Cannot list s3://photos/val: access denied.',
    });
    expect(await statusOf(redis, refused)).toMatchObject({ state: 'failed', reason: { code: 'access-denied' } });
  });

  test('listing shows when it is due, what it says and what became of it; removing ends it', async () => {
    const { redis } = use();
    await addSchedule(redis, await schedule({ cron: '0 2 * * *', timeZone: 'Europe/Berlin' }));
    const [listed] = await listSchedules(redis);
    expect(listed).toMatchObject({
      name: 'nightly',
      cron: '0 2 * * *',
      timeZone: 'Europe/Berlin',
      missed: 'catch-up',
      overlap: 'skip',
      latest: null,
      history: [],
    });
    const local = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
    expect(local.format(listed?.next ?? 0)).toBe('02:00');
    await removeSchedule(redis, 'nightly');
    expect(await listSchedules(redis)).toEqual([]);
    const queue = openControlQueue(redis);
    expect(await queue.getJobCounts('delayed', 'waiting', 'active')).toEqual({ delayed: 0, waiting: 0, active: 0 });
    await queue.close();
    await expect(removeSchedule(redis, 'nightly')).rejects.toMatchObject({ code: 'no-such-schedule' });
  });

  test('a name that is taken is refused, and replaced when asked', async () => {
    const { redis } = use();
    await addSchedule(redis, await schedule({ cron: '0 2 * * *' }));
    await expect(addSchedule(redis, await schedule())).rejects.toMatchObject({
      code: 'schedule-exists',
      message: expect.stringContaining('--replace'),
    });
    await addSchedule(redis, await schedule({ cron: '0 3 * * *' }), true);
    expect((await listSchedules(redis)).map(({ cron }) => cron)).toEqual(['0 3 * * *']);
  });

  test('what cannot be a schedule is refused with what to do', async () => {
    const { redis } = use();
    const refused = async (changes: Partial<Schedule>, code = 'bad-schedule') => {
      const wrong = await schedule(changes);
      await expect((async () => addSchedule(redis, wrong))()).rejects.toMatchObject({ code });
    };
    await refused({ name: 'every night' });
    await refused({ timeZone: 'Europe/Berln' });
    await refused({ cron: '2 * * *' });
    await refused({ cron: '61 2 * * *' });
    const { configuration } = await schedule();
    await refused({ configuration: { ...configuration, input: 's3://key:secret@photos/val' } }, 'secret-in-address');
    expect(await redis.dbsize()).toBe(0);
  });
});
