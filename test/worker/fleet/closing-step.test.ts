import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { recover } from '../../../src/control/recover.ts';
import { closeWithReport } from '../../../src/report/close-with-report.ts';
import { openRunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { finishRun } from '../../../src/worker/fleet/finish-run.ts';
import { enqueuedRun, outputFiles, redisProgram, runFile, statusOf, useRedis } from '../../control/fixture.ts';
import { work } from '../../control/stand-in-worker.ts';

/** The report as the last step of a fleet's run. */
describe.skipIf(redisProgram === null)('the end of a run', () => {
  const use = useRedis();
  beforeEach(() => use().redis.flushall());

  /** A run whose shards are all stored and whose end has not come. */
  async function storedRun() {
    const { redis } = use();
    const made = await enqueuedRun(redis, 10);
    await work(redis, { unfinished: true });
    return { redis, ledger: openRunLedger(redis, made.run), ...made };
  }

  const reportOf = async (output: string) =>
    [...(await outputFiles(output))].filter(([key]) => key.startsWith('report/')).map(([key]) => key);

  test('makes the report before the run counts as complete', async () => {
    const { redis, run, output } = await storedRun();
    const states: unknown[] = [];
    const recovered = await recover(redis, output, {
      closing: async (location, signal) => {
        states.push((await runFile(output)).state, (await statusOf(redis, run)).state);
        await closeWithReport(location, signal);
      },
    });
    expect(states).toEqual(['complete', 'finishing']);
    expect(recovered).toMatchObject({ state: 'complete', warnings: [] });
    expect(await reportOf(output)).toContain('report/index.html');
  });

  test('is none of a report that cannot be made: a warning says how to make it', async () => {
    const { redis, run, output } = await storedRun();
    await writeFile(join(output, 'report'), 'a file where a folder should be');
    const { state, warnings } = await recover(redis, output, { closing: closeWithReport });
    expect(state).toBe('complete');
    expect(warnings).toEqual([
      expect.stringMatching(new RegExp(`^The report could not be made: .* Make it with: gradline report ${output}$`)),
    ]);
    expect(await statusOf(redis, run)).toMatchObject({ state: 'complete', done: 10 });
    await rm(join(output, 'report'));
  });

  /** With settings that its run.json did not have. */
  async function withSettings(output: string, settings: object): Promise<void> {
    const file = await runFile(output);
    const configuration = { ...Object(file.configuration), ...settings };
    await writeFile(join(output, 'run.json'), JSON.stringify({ ...file, configuration }));
  }

  test('makes a report that shows what changed since the run that the settings name', async () => {
    const { redis, output } = await storedRun();
    expect((await recover(redis, output, { closing: closeWithReport })).state).toBe('complete');
    await use().redis.flushall();
    const next = await storedRun();
    await withSettings(next.output, { since: output });
    expect((await recover(redis, next.output, { closing: closeWithReport })).warnings).toEqual([]);
    const diff = JSON.parse(await readFile(join(next.output, 'report/diff.json'), 'utf8'));
    expect([diff.before.run, diff.after.run]).toEqual([(await runFile(output)).run, next.run]);
  });

  test('makes the report without it where that run is gone, and says so', async () => {
    const { redis, output } = await storedRun();
    await withSettings(output, { since: join(output, 'gone') });
    const { state, warnings } = await recover(redis, output, { closing: closeWithReport });
    expect(state).toBe('complete');
    expect(warnings).toEqual([
      expect.stringMatching(/^The report is not compared with another run: There is no run\.json in /),
    ]);
    expect(await reportOf(output)).toContain('report/index.html');
  });

  test('makes no report where the settings say so', async () => {
    const { redis, output } = await storedRun();
    await withSettings(output, { report: false });
    expect((await recover(redis, output, { closing: closeWithReport })).state).toBe('complete');
    expect(await reportOf(output)).toEqual([]);
  });

  test('goes to another worker, report and all, when the one at it stops', async () => {
    const { redis, ledger, run, output } = await storedRun();
    const stop = new AbortController();
    let made = 0;
    const first = finishRun(ledger, 60_000, stop.signal, {
      closing: async (_, signal) => {
        made += 1;
        stop.abort(new Error('The worker stops.'));
        signal.throwIfAborted();
      },
    });
    await expect(first).rejects.toThrow('The worker stops.');
    expect((await statusOf(redis, run)).state).toBe('finishing');
    // It left the run: nobody waits for its lease to end.
    const second = finishRun(ledger, 500, new AbortController().signal, {
      closing: async (location, signal) => {
        made += 1;
        await closeWithReport(location, signal);
      },
    });
    expect(await second).toMatchObject({ result: 'completed', warnings: [] });
    expect(made).toBe(2);
    expect(await reportOf(output)).toContain('report/findings.json');
    expect(await finishRun(ledger, 500, new AbortController().signal)).toEqual({ result: 'not-mine' });
  });
});
