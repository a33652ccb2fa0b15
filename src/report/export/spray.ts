/**
 * Heatmaps for spectral relevance analysis (SpRAy, Lapuschkin et al. 2019, Unmasking Clever Hans predictors): a stack for each predicted class, as
 * arrays that such tools take.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../explain/user-error.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import { type CsvCell, csvText } from './csv-text.ts';
import type { Exported } from './exported.ts';
import { analysedRows, type ExportedRun } from './exported-run.ts';
import { squareHeatmap } from './square-heatmap.ts';
import { StackFile } from './stack-file.ts';
import { TextFile } from './text-file.ts';

/** Rows and columns of every heatmap of a stack. */
const side = 32;
/** Bytes that wait to be written, over all classes. */
const mostPending = 64 << 20;
const columns = ['file', 'row', 'key', 'label', 'label_name', 'predicted', 'predicted_name', 'score'];

/** @throws UserError `no-evidence`, `damaged-output`; StoreError */
export async function exportSpray(run: ExportedRun, target: Store): Promise<Exported> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-'));
  try {
    const stacks = new ClassStacks(folder);
    const index = { csv: new TextFile(join(folder, 'index.csv')), jsonl: new TextFile(join(folder, 'index.jsonl')) };
    await index.csv.add(csvText([columns]));
    let images = 0;
    for await (const { record, heatmap } of squareHeatmaps(run)) {
      const { key, label, predicted, score } = record;
      const place = await stacks.add(predicted, heatmap);
      const nameOf = (of: number | null) => (of === null ? null : (run.names[of] ?? null));
      const cells: CsvCell[] = [place.file, place.row, key, label, nameOf(label), predicted, nameOf(predicted), score];
      await index.csv.add(csvText([cells]));
      await index.jsonl.add(`${JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, cells[at]])))}\n`);
      images += 1;
    }
    if (images === 0) {
      throw new UserError(
        'no-evidence',
        `${run.output.location} has no evidence of a map for the predicted class, so there are no heatmaps. Run again without --no-evidence.`,
      );
    }
    for (const file of [index.csv, index.jsonl]) await file.finish();
    const put = (key: string, path: string, type: string) => retryTransient(() => target.putFile(key, path, type));
    await put('index.csv', index.csv.path, 'text/csv; charset=utf-8');
    await put('index.jsonl', index.jsonl.path, 'application/jsonl');
    const files = await stacks.put(target);
    const map = run.analysed === null ? '' : ` of ${run.analysed.layer} (${run.analysed.method})`;
    return {
      files: ['index.csv', 'index.jsonl', ...files],
      images,
      notes: [
        `Each stack holds the signed maps${map} as float32 [n, ${side}, ${side}]; index.csv says whose each row is.`,
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the images whose map shows anything. */
async function* squareHeatmaps(run: ExportedRun) {
  for await (const { shard, images } of run.shards()) {
    const rows = await analysedRows(run, shard, images);
    if (rows === null) continue;
    const { height, width, heatmaps } = rows;
    for (const [at, { record }] of images.entries()) {
      const values = heatmaps.subarray(at * height * width, (at + 1) * height * width);
      if (values.some((value) => value !== 0))
        yield { record, heatmap: squareHeatmap({ values, height, width }, side) };
    }
  }
}

/** `heatmaps/class-<index>.npy` for each class. */
class ClassStacks {
  readonly #folder: string;
  readonly #stacks = new Map<number, StackFile>();
  #pending = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(predicted: number, heatmap: Float32Array): Promise<{ file: string; row: number }> {
    let stack = this.#stacks.get(predicted);
    if (stack === undefined) {
      stack = new StackFile(this.#pathOf(predicted), [side, side]);
      this.#stacks.set(predicted, stack);
    }
    const place = { file: keyOf(predicted), row: stack.rows };
    stack.add(heatmap);
    this.#pending += heatmap.byteLength;
    if (this.#pending >= mostPending) {
      for (const each of this.#stacks.values()) await each.flush();
      this.#pending = 0;
    }
    return place;
  }

  /** @returns keys of the files, by class */
  async put(target: Store): Promise<string[]> {
    const keys: string[] = [];
    for (const [predicted, stack] of [...this.#stacks].sort(([a], [b]) => a - b)) {
      await stack.finish();
      const key = keyOf(predicted);
      await retryTransient(() => target.putFile(key, this.#pathOf(predicted), 'application/octet-stream'));
      keys.push(key);
    }
    return keys;
  }

  #pathOf(predicted: number): string {
    return join(this.#folder, `class-${predicted}.npy`);
  }
}

function keyOf(predicted: number): string {
  return `heatmaps/class-${predicted}.npy`;
}
