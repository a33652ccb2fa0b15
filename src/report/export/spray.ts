/**
 * Heatmaps for spectral relevance analysis (SpRAy, Lapuschkin et al. 2019, Unmasking Clever Hans predictors): a stack for each predicted class, as
 * arrays that such tools take. Where images may have several labels, a row for each pair of an image and an explained class.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../explain/user-error.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import { type CsvCell, csvText } from './csv-text.ts';
import type { Exported } from './exported.ts';
import type { ExportedRun } from './exported-run.ts';
import { heatmapSide, imageColumns, imageRows, pairColumns, pairRows, type SprayFact } from './spray-rows.ts';
import { StackFile } from './stack-file.ts';
import { TextFile } from './text-file.ts';

/** Bytes that wait to be written, over all classes. */
const mostPending = 64 << 20;

/** @throws UserError `no-evidence`, `damaged-output`; StoreError */
export async function exportSpray(run: ExportedRun, target: Store): Promise<Exported> {
  const folder = await mkdtemp(join(tmpdir(), 'gradline-'));
  try {
    const stacks = new ClassStacks(folder);
    const index = { csv: new TextFile(join(folder, 'index.csv')), jsonl: new TextFile(join(folder, 'index.jsonl')) };
    const columns = run.multiLabel ? pairColumns : imageColumns;
    await index.csv.add(csvText([columns]));
    let [rows, images, last] = [0, 0, ''];
    for await (const { class: of, heatmap, facts, key } of run.multiLabel ? pairRows(run) : imageRows(run)) {
      const line: Record<string, SprayFact> = { ...(await stacks.add(of, heatmap)), ...facts };
      await index.csv.add(csvText([columns.map((name) => cellOf(line[name]))]));
      await index.jsonl.add(
        `${JSON.stringify(Object.fromEntries(columns.map((name) => [name, line[name] ?? null])))}\n`,
      );
      rows += 1;
      // Rows of one image follow each other.
      if (rows === 1 || key !== last) images += 1;
      last = key;
    }
    if (rows === 0) {
      throw new UserError(
        'no-evidence',
        `${run.output.location} has no evidence of a map for ${run.multiLabel ? 'a class of an image' : 'the predicted class'}, so there are no heatmaps. Run again without --no-evidence.`,
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
        ...(run.multiLabel
          ? [
              `${rows} rows are of an image and a class each: every class that the run has a map for, decided, true or asked for. \`sample\` names a row, and no two are the same.`,
            ]
          : []),
        `Each stack holds the signed maps${map} as float32 [n, ${heatmapSide}, ${heatmapSide}]; index.csv says whose each row is.`,
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A list is one cell. */
function cellOf(fact: SprayFact | undefined): CsvCell {
  if (fact === undefined) return null;
  return typeof fact === 'object' && fact !== null ? fact.join(' ') : fact;
}

/** `heatmaps/class-<index>.npy` for each class. */
class ClassStacks {
  readonly #folder: string;
  readonly #stacks = new Map<number, StackFile>();
  #pending = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async add(index: number, heatmap: Float32Array): Promise<{ file: string; row: number }> {
    let stack = this.#stacks.get(index);
    if (stack === undefined) {
      stack = new StackFile(this.#pathOf(index), [heatmapSide, heatmapSide]);
      this.#stacks.set(index, stack);
    }
    const place = { file: keyOf(index), row: stack.rows };
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
    for (const [index, stack] of [...this.#stacks].sort(([a], [b]) => a - b)) {
      await stack.finish();
      const key = keyOf(index);
      await retryTransient(() => target.putFile(key, this.#pathOf(index), 'application/octet-stream'));
      keys.push(key);
    }
    return keys;
  }

  #pathOf(index: number): string {
    return join(this.#folder, `class-${index}.npy`);
  }
}

function keyOf(index: number): string {
  return `heatmaps/class-${index}.npy`;
}
