import { BoundedQueue } from './bounded-queue.ts';

/**
 * One concurrent stage of a pipeline: starts `work` on up to `concurrency` items at once and yields the results in the order of
 * the source. It reads ahead by `concurrency` items and no further, so stages chained with it hold a bounded number of items.
 *
 * `work` returns null to drop an item. It should deal with the failures of a single item itself: an error that it throws ends
 * the whole stage.
 */
export async function* mapInOrder<A, B>(
  source: Iterable<A> | AsyncIterable<A>,
  concurrency: number,
  work: (item: A) => Promise<B | null>,
): AsyncGenerator<B, void, undefined> {
  let running = 0;
  let finishedOne = (): void => {};
  const started = new BoundedQueue<Promise<Result<B>>>(Number.POSITIVE_INFINITY);
  let abandoned = false;

  const start = async (): Promise<void> => {
    for await (const item of source) {
      running += 1;
      started.add(outcomeOf(work(item)));
      while (running >= concurrency && !abandoned) {
        await new Promise<void>((resolve) => {
          finishedOne = resolve;
        });
      }
      if (abandoned) return;
    }
  };
  const reading = outcomeOf(start()).finally(() => started.close());

  try {
    for await (const working of started) {
      const result = await working;
      if ('error' in result) throw result.error;
      if (result.value !== null) yield result.value;
      // Only now: an item that waits to be taken still counts, or a slow reader would let results pile up.
      running -= 1;
      finishedOne();
    }
    const end = await reading;
    if ('error' in end) throw end.error;
  } finally {
    abandoned = true;
    finishedOne();
  }
}

type Result<T> = { value: T | null } | { error: unknown };

/** Never rejects: a promise that waits its turn in a queue must not count as an unhandled rejection. */
async function outcomeOf<T>(promise: Promise<T | null>): Promise<Result<T>> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}
