/** Records that were written to a file, a line each: where each is, so that a few can be read again. */

import { appendFile, open } from 'node:fs/promises';
import { type DoneText, type TextRecord, textRecordSchema } from '../record.ts';

export class RecordLines {
  readonly path: string;
  /** First byte of each line, and the end of the file. */
  readonly #starts: number[] = [0];

  /** @param path where there is no file yet */
  constructor(path: string) {
    this.path = path;
  }

  async add(records: readonly TextRecord[]): Promise<void> {
    const lines = records.map((record) => Buffer.from(`${JSON.stringify(record)}\n`));
    for (const line of lines) this.#starts.push((this.#starts.at(-1) ?? 0) + line.length);
    await appendFile(this.path, Buffer.concat(lines));
  }

  /** Explained texts by their rows, in the order asked for. @param rows counted from 0 over all records */
  async read(rows: readonly number[]): Promise<DoneText[]> {
    if (rows.length === 0) return [];
    const file = await open(this.path);
    try {
      const found: DoneText[] = [];
      for (const row of rows) {
        const [start = 0, end = 0] = [this.#starts[row], this.#starts[row + 1]];
        const bytes = Buffer.alloc(Math.max(0, end - start));
        await file.read(bytes, 0, bytes.length, start);
        const record = textRecordSchema.parse(JSON.parse(bytes.toString('utf8')));
        if (record.status === 'done') found.push(record);
      }
      return found;
    } finally {
      await file.close();
    }
  }
}
