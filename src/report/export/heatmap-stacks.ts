/** One `.npy` file for each of a run's maps: row `i` is the map of image `i` of the export. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import { type EvidenceRows, readEvidence } from '../read/evidence.ts';
import type { ExportedImage, ExportedRun } from './exported-run.ts';
import type { HeatmapField } from './heatmap-fields.ts';
import { StackFile } from './stack-file.ts';

/** Bytes that wait to be written. */
const mostPending = 32 << 20;

export class HeatmapStacks {
  readonly #run: ExportedRun;
  readonly #fields: readonly HeatmapField[];
  readonly #folder: string;
  readonly #stacks = new Map<string, { file: StackFile; height: number; width: number }>();
  #images = 0;

  static async open(run: ExportedRun, fields: readonly HeatmapField[]): Promise<HeatmapStacks> {
    return new HeatmapStacks(run, fields, await mkdtemp(join(tmpdir(), 'gradline-')));
  }

  constructor(run: ExportedRun, fields: readonly HeatmapField[], folder: string) {
    this.#run = run;
    this.#fields = fields;
    this.#folder = folder;
  }

  /** Fields of which any image so far has a heatmap. */
  get fields(): HeatmapField[] {
    return this.#fields.filter(({ field }) => this.#stacks.has(field));
  }

  /** Adds a row for each image to each stack; zeros where there is no map. @throws UserError `damaged-output`; StoreError */
  async add(shard: number, images: readonly ExportedImage[]): Promise<void> {
    const lines = images.map(({ line }) => line);
    const read = await readEvidence(this.#run.output, shard, this.#fields, lines);
    for (const [at, { field }] of this.#fields.entries()) {
      const rows = read?.[at] ?? null;
      const stack = this.#stacks.get(field) ?? (rows === null ? null : this.#begin(field, rows));
      if (stack === null) continue;
      const cells = stack.height * stack.width;
      const fits = rows !== null && rows.height === stack.height && rows.width === stack.width;
      for (const row of images.keys()) {
        stack.file.add(fits ? rows.heatmaps.subarray(row * cells, (row + 1) * cells) : new Float32Array(cells));
      }
      if (stack.file.pendingBytes > mostPending / this.#fields.length) await stack.file.flush();
    }
    this.#images += images.length;
  }

  /** @returns keys of the files, `heatmaps/<field>.npy` */
  async put(target: Store): Promise<string[]> {
    const keys: string[] = [];
    for (const [field, { file }] of this.#stacks) {
      await file.finish();
      const key = `heatmaps/${field}.npy`;
      await retryTransient(() => target.putFile(key, this.#pathOf(field), 'application/octet-stream'));
      keys.push(key);
    }
    return keys;
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #begin(field: string, { height, width }: EvidenceRows) {
    const file = new StackFile(this.#pathOf(field), [height, width]);
    // Images of earlier shards, which have no evidence.
    for (let row = 0; row < this.#images; row += 1) file.add(new Float32Array(height * width));
    const stack = { file, height, width };
    this.#stacks.set(field, stack);
    return stack;
  }

  #pathOf(field: string): string {
    return join(this.#folder, `${field}.npy`);
  }
}
