import { setTimeout as wait } from 'node:timers/promises';
import { StoreError } from './store.ts';

export interface RetryPolicy {
  /** Tries in all, the first one included. */
  attempts: number;
  /** Longest wait before the second try, in milliseconds; doubles with every further try. */
  firstDelay: number;
  /** Told of each try but the first. */
  onRetry?(): void;
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
      if (!isTransient(error) || attempt >= policy.attempts) throw error;
      policy.onRetry?.();
      await wait(retryDelay(attempt, policy));
    }
  }
}

export function isTransient(error: unknown): boolean {
  return error instanceof StoreError && error.transient;
}

/** Milliseconds to wait after so many failures. */
export function retryDelay(failures: number, policy: RetryPolicy = storeRetries): number {
  return policy.firstDelay * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
}
