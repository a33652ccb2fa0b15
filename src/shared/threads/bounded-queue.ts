/**
 * A queue between two stages. A writer waits for `room` while the queue is full, so a fast stage cannot run ahead of a slow one and
 * memory stays flat. One reader iterates over it.
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #closed = false;
  #waitingForRoom: (() => void)[] = [];
  #waitingForItem: (() => void) | null = null;

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  get size(): number {
    return this.#items.length;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves as soon as the queue holds fewer items than its capacity, or is closed. */
  async room(): Promise<void> {
    while (!this.#closed && this.#items.length >= this.#capacity) {
      await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
    }
  }

  /** Appends without waiting, even over the capacity: for a caller that has asked for `room` or is bounded in another way. */
  add(item: T): void {
    if (this.#closed) throw new Error('The queue is closed.');
    this.#items.push(item);
    this.#waitingForItem?.();
    this.#waitingForItem = null;
  }

  /** What is queued is still read; then the iteration ends. */
  close(): void {
    this.#closed = true;
    this.#waitingForItem?.();
    this.#waitingForItem = null;
    this.#wakeWriters();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#wakeWriters();
        yield item;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#waitingForItem = resolve;
        });
      }
    }
  }

  #wakeWriters(): void {
    const waiting = this.#waitingForRoom;
    this.#waitingForRoom = [];
    for (const wake of waiting) wake();
  }
}
