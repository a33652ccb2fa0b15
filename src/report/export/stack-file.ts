/** A `.npy` file of float32 rows that grows: as many as come, without holding them. */

import { type FileHandle, open } from 'node:fs/promises';
import { npyHeader } from '../../shared/run/npy.ts';

/** Room for the header, whatever the number of rows. */
const headerLength = 128;

export class StackFile {
  readonly #path: string;
  readonly #rowShape: readonly number[];
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #rows = 0;
  #written = 0;

  /** @param path where there is no file yet. @param rowShape of one row */
  constructor(path: string, rowShape: readonly number[]) {
    this.#path = path;
    this.#rowShape = rowShape;
  }

  get rows(): number {
    return this.#rows;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  add(row: Float32Array): void {
    const bytes = Buffer.alloc(row.byteLength);
    for (const [index, value] of row.entries()) bytes.writeFloatLE(value, index * 4);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#rows += 1;
  }

  /** Writes what was added, and keeps no file open: there may be one for each of thousands of classes. */
  async flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    await this.#withFile(async (file) => {
      const body = Buffer.concat(this.#pending);
      await file.write(body, 0, body.length, headerLength + this.#written);
      this.#written += body.length;
    });
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  /** Writes the rest and the header. */
  async finish(): Promise<void> {
    await this.flush();
    const header = npyHeader('<f4', [this.#rows, ...this.#rowShape], headerLength);
    await this.#withFile((file) => file.write(header, 0, header.length, 0));
  }

  async #withFile(use: (file: FileHandle) => Promise<unknown>): Promise<void> {
    const file = await open(this.#path, this.#written === 0 ? 'w' : 'r+');
    try {
      await use(file);
    } finally {
      await file.close();
    }
  }
}
