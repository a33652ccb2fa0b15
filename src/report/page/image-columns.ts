/** Gathers the page's images, in compact columns. */

import type { DoneRecord } from '../../shared/run/record.ts';
import type { MapId } from '../contract.ts';
import { ClassColumnsBuilder } from './class-columns.ts';
import { packFloats, packIntegers } from './packed-array.ts';
import type { ClassFile, FileSet, ImageColumns } from './page-data.ts';

export class ImageColumnsBuilder {
  /** Every map that was seen, in the order in which records name them. */
  readonly maps: MapId[] = [];
  readonly #keys: string[] = [];
  readonly #label: number[] = [];
  readonly #predicted: number[] = [];
  readonly #score: number[] = [];
  readonly #margin: number[] = [];
  readonly #degenerate: number[] = [];
  readonly #files: number[] = [];
  readonly #fileSets = new Map<string, number>();
  readonly #folders: [number, string][] = [];
  readonly #withoutPicture = new Set<number>();
  readonly #pairs: ClassColumnsBuilder | null;

  /** @param thresholds by class index; null where each image has one label @param analysed what findings come from */
  constructor(thresholds: readonly number[] | null = null, analysed: MapId | null = null) {
    this.#pairs = thresholds && new ClassColumnsBuilder(thresholds, analysed);
  }

  /** Names of data files with one class each, and what they hold. */
  *classFiles(): Generator<{ name: string; content: ClassFile }> {
    if (this.#pairs !== null) yield* this.#pairs.files();
  }

  get rows(): number {
    return this.#keys.length;
  }

  add(record: DoneRecord): void {
    const row = this.rows;
    this.#keys.push(record.key);
    this.#label.push(record.label ?? -1);
    this.#predicted.push(record.predicted);
    this.#score.push(record.score);
    this.#margin.push(record.margin);
    const spoiled = record.maps.some(
      ({ degenerate, degenerateReason }) => degenerate && degenerateReason !== 'no-label',
    );
    this.#degenerate.push(spoiled ? 1 : 0);
    this.#files.push(this.#fileSet(record));
    this.#pairs?.add(record, (map) => this.mapIndex(map));
    const folder = folderOf(record);
    if (folder !== null && folder !== record.key) this.#folders.push([row, folder]);
    if (!record.picture && record.maps.every(({ overlay }) => overlay === null)) this.#withoutPicture.add(row);
  }

  /** Place of a map in `maps`, which grows. */
  mapIndex({ layer, method, target }: MapId): number {
    const known = this.maps.findIndex((map) => map.layer === layer && map.method === method && map.target === target);
    return known >= 0 ? known : this.maps.push({ layer, method, target }) - 1;
  }

  rowsByKey(): Map<string, number> {
    return new Map(this.#keys.map((key, row) => [key, row]));
  }

  /** Whether the run wrote no picture of the image at a row. */
  lacksPicture(row: number): boolean {
    return this.#withoutPicture.has(row);
  }

  pack(): ImageColumns {
    return {
      keys: this.#keys,
      label: packIntegers(this.#label),
      predicted: packIntegers(this.#predicted),
      score: packFloats(this.#score),
      margin: packFloats(this.#margin),
      degenerate: packIntegers(this.#degenerate),
      files: packIntegers(this.#files),
      fileSets: [...this.#fileSets.keys()].map((text): FileSet => JSON.parse(text)),
      folders: this.#folders,
      ...(this.#pairs === null ? {} : { multiLabel: this.#pairs.pack() }),
    };
  }

  #fileSet(record: DoneRecord): number {
    const files: FileSet = { seen: fileName(record.picture ?? null), overlays: [], maps: [] };
    for (const map of record.maps) {
      const index = this.mapIndex(map);
      while (files.overlays.length <= index) {
        files.overlays.push(null);
        files.maps.push(null);
      }
      files.overlays[index] = fileName(map.overlay);
      files.maps[index] = fileName(map.map);
    }
    const text = JSON.stringify(files);
    const known = this.#fileSets.get(text);
    if (known !== undefined) return known;
    this.#fileSets.set(text, this.#fileSets.size);
    return this.#fileSets.size - 1;
  }
}

function fileName(key: string | null): string | null {
  return key === null ? null : key.slice(key.lastIndexOf('/') + 1);
}

/** The image's folder, as any of its files has it: `overlays/<folder>/<file>`. */
function folderOf({ picture, maps }: DoneRecord): string | null {
  const file = picture ?? maps.map(({ overlay, map }) => overlay ?? map).find((key) => key !== null);
  return file ? file.slice(file.indexOf('/') + 1, file.lastIndexOf('/')) : null;
}
