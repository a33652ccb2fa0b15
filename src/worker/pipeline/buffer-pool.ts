/**
 * A fixed number of equal buffers that go round, such as the batches that travel to the inference thread and back. A buffer is
 * made when it is first needed and never thrown away, so a long run allocates no more than a short one.
 */
export class BufferPool {
  readonly #length: number;
  readonly #free: Float32Array[] = [];
  #unmade: number;
  readonly #waiting: ((buffer: Float32Array) => void)[] = [];

  /** @param length values in one buffer */
  constructor(buffers: number, length: number) {
    this.#unmade = buffers;
    this.#length = length;
  }

  /** Waits until a buffer is free. Its content is whatever it last held. */
  take(): Promise<Float32Array> {
    const buffer = this.#free.pop();
    if (buffer !== undefined) return Promise.resolve(buffer);
    if (this.#unmade > 0) {
      this.#unmade -= 1;
      return Promise.resolve(new Float32Array(this.#length));
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  giveBack(buffer: Float32Array): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(buffer);
    else next(buffer);
  }

  /** For a buffer that does not come back, because the thread that held it died: a new one takes its place. */
  replaceLost(): void {
    this.giveBack(new Float32Array(this.#length));
  }
}
