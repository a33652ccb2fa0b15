/** Gathers what is known and decided of each class, image by image, where images may have several labels. */

import { pairsOf } from '../../shared/run/image-decisions.ts';
import type { DoneRecord, MapRecord } from '../../shared/run/record.ts';
import type { MapId } from '../contract.ts';
import { packFloats, packIntegers } from './packed-array.ts';
import { type ClassFile, classFileName, type MultiLabelColumns } from './page-data.ts';

export class ClassColumnsBuilder {
  readonly #thresholds: readonly number[];
  readonly #labels: number[] = [];
  readonly #decided: number[] = [];
  readonly #falsePositives: number[] = [];
  readonly #falseNegatives: number[] = [];
  readonly #classes: { scores: number[]; truth: number[]; maps: number[] }[];
  readonly #analysed: MapId | null;

  /** @param analysed its layer and method are those of the maps that tiles show; null: the last layer of each record, with its first method */
  constructor(thresholds: readonly number[], analysed: MapId | null) {
    this.#thresholds = thresholds;
    this.#analysed = analysed;
    this.#classes = thresholds.map(() => ({ scores: [], truth: [], maps: [] }));
  }

  add(record: DoneRecord, mapIndex: (map: MapId) => number): void {
    const maps = this.#mapsOf(record);
    const counts = { decided: 0, falsePositives: 0, falseNegatives: 0 };
    for (const { class: index, isTrue, score } of pairsOf(record, this.#classes.length)) {
      const decided = score !== null && Math.fround(score) >= Math.fround(this.#thresholds[index] ?? Number.NaN);
      if (decided) counts.decided += 1;
      if (decided && isTrue === false) counts.falsePositives += 1;
      if (!decided && isTrue === true) counts.falseNegatives += 1;
      this.#classes[index]?.scores.push(score ?? Number.NaN);
      this.#classes[index]?.truth.push(isTrue === null ? -1 : Number(isTrue));
      const map = maps.find((one) => one.class === index);
      this.#classes[index]?.maps.push(map ? mapIndex(map) : -1);
    }
    this.#labels.push(record.labels?.length ?? -1);
    this.#decided.push(counts.decided);
    this.#falsePositives.push(counts.falsePositives);
    this.#falseNegatives.push(counts.falseNegatives);
  }

  pack(): MultiLabelColumns {
    return {
      labels: packIntegers(this.#labels),
      decided: packIntegers(this.#decided),
      falsePositives: packIntegers(this.#falsePositives),
      falseNegatives: packIntegers(this.#falseNegatives),
    };
  }

  *files(): Generator<{ name: string; content: ClassFile }> {
    for (const [index, { scores, truth, maps }] of this.#classes.entries()) {
      const content = { scores: packFloats(scores), truth: packIntegers(truth), maps: packIntegers(maps) };
      yield { name: classFileName(index), content };
    }
  }

  #mapsOf({ maps }: DoneRecord): MapRecord[] {
    const layer = this.#analysed?.layer ?? maps.at(-1)?.layer;
    const ofLayer = maps.filter((map) => map.layer === layer);
    const method = this.#analysed?.method ?? ofLayer[0]?.method;
    return ofLayer.filter((map) => map.method === method);
  }
}
