import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { mostFinishAttempts, tryFinish } from '../../../src/shared/ledger/finish.ts';
import { outstandingWork } from '../../../src/shared/ledger/outstanding-work.ts';
import { openRunLedger } from '../../../src/shared/ledger/run-keys.ts';
import { resumeRun } from '../../../src/shared/ledger/run-state.ts';
import { RunEnding } from '../../../src/worker/fleet/run-ending.ts';
import { enqueuedRun, redisProgram, runFile, statusOf, useRedis } from '../../control/fixture.ts';
import { work } from '../../control/stand-in-worker.ts';

describe.skipIf(redisProgram === null)('a run that cannot be ended', () => {
  const use = useRedis();
  beforeEach(() => use().redis.flushall());

  async function storedRun() {
    const { redis } = use();
    const made = await enqueuedRun(redis, 10);
    await work(redis, { unfinished: true });
    const told: string[] = [];
    const events = {
      onRunCompleted: ({ run }: { run: string }) => told.push(`${run} complete`),
      onRunFailed: ({ code, message }: { code: string; message: string }) => told.push(`${code}: ${message}`),
      onWarning: (message: string) => told.push(message),
    };
    const ledger = openRunLedger(redis, made.run);
    const ending = new RunEnding(null, 1, events, () => undefined, null);
    const look = async () => {
      ending.look(ledger);
      await ending.idle();
      return told.splice(0);
    };
    return { redis, ledger, look, ...made };
  }

  test('is tried again, then fails with the reason and needs no worker; resumed, it is ended', async () => {
    const { redis, ledger, run, output, look } = await storedRun();
    const part = join(output, 'scores/part-00001.jsonl');
    const right = await readFile(part);
    await rm(part);
    // A socket, which no file can be read from: to the store, something that may pass.
    const socket = createServer().listen(part);
    await once(socket, 'listening');
    for (let attempt = 2; attempt < mostFinishAttempts; attempt += 1) await tryFinish(ledger, -1);
    expect((await look())[0]).toMatch(new RegExp(`^Run ${run} cannot be finished yet: `));
    expect(outstandingWork(await statusOf(redis, run))).toBe(1);
    const [reason] = await look();
    expect(reason).toMatch(
      /^cannot-finish: All shards are stored, but 10 attempts to merge them failed, the last one so: /,
    );
    expect(reason).toMatch(new RegExp(`Remove the cause, then: gradline resume ${run}$`));
    const status = await statusOf(redis, run);
    expect(status).toMatchObject({ state: 'failed', reason: { code: 'cannot-finish' } });
    expect(outstandingWork(status)).toBe(0);
    expect(await runFile(output)).toMatchObject({ state: 'failed', error: { code: 'cannot-finish' } });
    expect(await look()).toEqual([]);
    await promisify(socket.close.bind(socket))();
    await writeFile(part, right);
    await resumeRun(ledger);
    expect(await look()).toEqual([`${run} complete`]);
  });

  test('fails when every worker at it died', async () => {
    const { redis, ledger, run, look } = await storedRun();
    for (let attempt = 0; attempt < mostFinishAttempts; attempt += 1) await tryFinish(ledger, -1);
    expect(await look()).toEqual([
      'cannot-finish: All shards are stored, but 10 workers ended while they merged them: they had too little memory, or were ' +
        `stopped too early. Remove the cause, then: gradline resume ${run}`,
    ]);
    expect((await statusOf(redis, run)).state).toBe('failed');
  });
});
