import { appendFile } from 'node:fs/promises';

/** Bytes that wait to be written. */
const mostPending = 1 << 20;

/** A text file that grows beside others, written a piece at a time. */
export class TextFile {
  readonly path: string;
  #pending = '';

  /** @param path where there is no file yet */
  constructor(path: string) {
    this.path = path;
  }

  async add(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= mostPending) await this.finish();
  }

  /** Writes what is left. */
  async finish(): Promise<void> {
    await appendFile(this.path, this.#pending);
    this.#pending = '';
  }
}
