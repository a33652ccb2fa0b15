import { describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../../src/explain/user-error.ts';
import { openThreadPool } from '../../../src/shared/threads/thread-pool.ts';

type TestCalls = {
  double: { order: number; answer: number };
  refuse: { order: number; answer: number };
  exit: { order: number; answer: number };
  meet: { order: Int32Array; answer: boolean };
};

const file = new URL('./pool-thread.mjs', import.meta.url);
const kind = { file, name: 'gradline-test', title: 'A thread of a test' };

/** What callers do that run from sources. */
const here = {
  double: (number: number) => number + 0.5,
  refuse: (number: number) => number,
  exit: (number: number) => number,
  meet: () => false,
};

function pool(size: number, own: URL | null = file) {
  const opened = openThreadPool<TestCalls>({ ...kind, file: own }, here, size);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

describe('threads of a pool', () => {
  test('answer each call, whichever is answered first', async () => {
    const threads = pool(2);
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    expect(await Promise.all(numbers.map((number) => threads.ask('double', number)))).toEqual(
      numbers.map((number) => number * 2),
    );
  });

  test('work at the same time', async () => {
    const threads = pool(2);
    const counter = new Int32Array(new SharedArrayBuffer(4));
    expect(await Promise.all([threads.ask('meet', counter), threads.ask('meet', counter)])).toEqual([true, true]);
  });

  test('fail one call with the mistake that was found, and answer the next', async () => {
    const threads = pool(1);
    const error = await threads.ask('refuse', 7).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 'model-differs', message: 'The model is not number 7.' });
    expect(await threads.ask('double', 4)).toBe(8);
  });

  test('fail all calls that were waiting for one that has ended, and later ones', async () => {
    const threads = pool(1);
    const calls = [threads.ask('exit', 3), threads.ask('double', 4)];
    const ended = 'A thread of a test ended: exit code 3.';
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: ended } });
    }
    await expect(threads.ask('double', 4)).rejects.toThrow(ended);
  });

  test('are the caller where there is no built file', async () => {
    expect(await pool(2, null).ask('double', 21)).toBe(21.5);
  });
});
