import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { mapInOrder } from '../../../src/shared/threads/map-in-order.ts';

async function* numbers(count: number, onTake: (n: number) => void = () => {}) {
  for (let n = 0; n < count; n += 1) {
    onTake(n);
    yield n;
  }
}

/** Lets everything happen that can happen without another event. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await turn();
}

describe('mapInOrder', () => {
  test('yields results in the order of the source, whichever finishes first', async () => {
    const results: number[] = [];
    const reversed = mapInOrder(numbers(6), 3, async (n) => {
      for (let i = 0; i < 6 - n; i += 1) await turn();
      return n;
    });
    for await (const n of reversed) results.push(n);
    expect(results).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('works on as many items as allowed and never on more', async () => {
    let running = 0;
    let most = 0;
    const counted = mapInOrder(numbers(20), 3, async (n) => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
      return n;
    });
    for await (const _ of counted) await turn();
    expect(most).toBe(3);
  });

  test('reads no further ahead than its concurrency while nobody takes results', async () => {
    const taken: number[] = [];
    const waiting = mapInOrder(
      numbers(100, (n) => taken.push(n)),
      4,
      async (n) => n,
    );
    await waiting.next();
    await settle();
    expect(taken).toEqual([0, 1, 2, 3]);
    await waiting.next();
    await settle();
    expect(taken).toEqual([0, 1, 2, 3, 4]);
    await waiting.return();
  });

  test('hands on what is finished while the source has nothing new', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* slow() {
      yield 1;
      await gate;
      yield 2;
    }
    const doubled = mapInOrder(slow(), 4, async (n) => n * 2);
    expect((await doubled.next()).value).toBe(2);
    release();
    expect((await doubled.next()).value).toBe(4);
  });

  test('drops items whose work gives null', async () => {
    const odd: number[] = [];
    for await (const n of mapInOrder(numbers(7), 2, async (n) => (n % 2 === 0 ? null : n))) odd.push(n);
    expect(odd).toEqual([1, 3, 5]);
  });

  test('ends with the error of the work, or of the source', async () => {
    const results: number[] = [];
    const failing = mapInOrder(numbers(5), 2, async (n) => {
      if (n === 2) throw new Error('third');
      return n;
    });
    const consume = async () => {
      for await (const n of failing) results.push(n);
    };
    await expect(consume()).rejects.toThrow('third');
    expect(results).toEqual([0, 1]);

    async function* broken() {
      yield 1;
      throw new Error('source');
    }
    const rest = mapInOrder(broken(), 2, async (n) => n);
    await expect(rest.next()).resolves.toEqual({ value: 1, done: false });
    await expect(rest.next()).rejects.toThrow('source');
  });
});
