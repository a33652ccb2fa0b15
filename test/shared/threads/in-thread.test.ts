import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/explain/user-error.ts';
import { inThread } from '../../../src/shared/threads/in-thread.ts';

interface Task {
  doing: string;
  number: number;
}

const file = new URL('./task-thread.mjs', import.meta.url);
const kind = { file, name: 'gradline-test', title: 'The thread of a test' };

/** What callers do that run from sources. */
async function here({ number }: Task): Promise<number> {
  return number + 0.5;
}

const ask = (doing: string, number = 4, signal?: AbortSignal) => inThread(kind, here, { doing, number }, signal);

describe('a task in a thread of its own', () => {
  test('comes back as its answer', async () => {
    await expect(ask('double', 21)).resolves.toBe(42);
  });

  test('is done by the caller where there is no built file', async () => {
    await expect(inThread({ ...kind, file: null }, here, { doing: 'double', number: 21 })).resolves.toBe(21.5);
  });

  test('fails with the mistake that was found, as if it had been found here', async () => {
    const error = await ask('refuse', 7).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 'model-differs', message: 'The model is not number 7.' });
  });

  test('fails when the thread exits without an answer', async () => {
    await expect(ask('exit', 3)).rejects.toThrow('The thread of a test ended with exit code 3.');
    await expect(ask('exit', 0)).rejects.toThrow('The thread of a test ended with exit code 0.');
  });

  test('fails with the error that nothing in the thread caught', async () => {
    await expect(ask('throw elsewhere', 5)).rejects.toThrow('There are only 5 cells.');
  });

  test('fails when the answer cannot be sent', async () => {
    await expect(ask('answer what no thread can send')).rejects.toThrow('could not be cloned');
  });

  test('ends when the caller gives it up, with the reason', async () => {
    const controller = new AbortController();
    const working = ask('work for ever', 0, controller.signal);
    const reason = new Error('Another finisher is at work.');
    setTimeout(() => controller.abort(reason), 50);
    await expect(working).rejects.toBe(reason);
  });

  test('is not begun when it is given up before', async () => {
    const reason = new Error('Too late.');
    await expect(ask('double', 1, AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(
      inThread({ ...kind, file: null }, here, { doing: '', number: 1 }, AbortSignal.abort(reason)),
    ).rejects.toBe(reason);
  });
});
