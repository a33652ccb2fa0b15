import { describe, expect, test } from 'vitest';
import { retryTransient } from '../../../src/shared/store/retry.ts';
import { StoreError } from '../../../src/shared/store/store.ts';

const policy = { attempts: 4, firstDelay: 1 };

/** Fails with each of the errors in turn, then works. */
function failing(...errors: Error[]) {
  let tries = 0;
  const work = async () => {
    const error = errors[tries];
    tries += 1;
    if (error !== undefined) throw error;
    return 'stored';
  };
  return { work, tries: () => tries };
}

const unavailable = () => new StoreError('unavailable', 'slow down');

describe('retryTransient', () => {
  test('tries again until a passing error is over', async () => {
    const { work, tries } = failing(unavailable(), unavailable());
    await expect(retryTransient(work, policy)).resolves.toBe('stored');
    expect(tries()).toBe(3);
  });

  test('gives the last error up after all attempts', async () => {
    const { work, tries } = failing(...Array.from({ length: 9 }, unavailable));
    await expect(retryTransient(work, policy)).rejects.toThrow('slow down');
    expect(tries()).toBe(4);
  });

  test.each(['no-space', 'access-denied', 'not-found'] as const)('does not repeat %s', async (code) => {
    const { work, tries } = failing(new StoreError(code, 'for good'));
    await expect(retryTransient(work, policy)).rejects.toThrow('for good');
    expect(tries()).toBe(1);
  });

  test('does not repeat errors that are not of a store', async () => {
    const { work, tries } = failing(new Error('defect'));
    await expect(retryTransient(work, policy)).rejects.toThrow('defect');
    expect(tries()).toBe(1);
  });
});
