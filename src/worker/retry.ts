import { setTimeout as wait } from 'node:timers/promises';
import { StoreError } from '../shared/store.ts';

export interface RetryPolicy {
  /** Tries in all, the first one included. */
  attempts: number;
  /** Longest wait before the second try, in milliseconds; doubles with every further try. */
  firstDelay: number;
}

export const storeRetries: RetryPolicy = { attempts: 5, firstDelay: 200 };

/**
 * Tries again after store errors that can pass by themselves. The waits grow exponentially and are random between half and the
 * whole, so that many workers do not come back at the same moment.
 */
export async function retryTransient<T>(work: () => Promise<T>, policy: RetryPolicy = storeRetries): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof StoreError && error.transient;
      if (!passing || attempt >= policy.attempts) throw error;
      await wait(policy.firstDelay * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }
}
