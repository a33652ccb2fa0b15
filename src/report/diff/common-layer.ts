/** Where maps of classes can be compared between two runs: images with several labels have a map for each of their own classes. */

import { chooseAnalysedMap } from '../findings/analysed-map.ts';
import { type LayerSlots, layerSlots } from '../pairs/pair-maps.ts';
import { type MapColumns, mapState, type RunTable } from '../read/run-table.ts';

/** The deepest layer and method that both runs have; null without one. */
export function commonLayer(before: RunTable, after: RunTable): { before: LayerSlots; after: LayerSlots } | null {
  const earlier = layerSlots(before);
  const twinOf = ({ layer, method }: LayerSlots) => earlier.find((own) => own.layer === layer && own.method === method);
  const own = chooseAnalysedMap(
    layerSlots(after).flatMap((slots) => (twinOf(slots) === undefined ? [] : [{ ...slots, target: 'predicted' }])),
  );
  const twin = own === null ? undefined : twinOf(own);
  return own === null || twin === undefined ? null : { before: twin, after: own };
}

export function noCommonLayer(before: RunTable, after: RunTable): string {
  const names = (table: RunTable) =>
    layerSlots(table)
      .map(({ layer, method }) => `${layer} ${method}`)
      .join(', ') || 'none';
  return (
    'Where the networks look was not compared: the runs have no maps of the same layer and method ' +
    `(earlier run: ${names(before)}; later run: ${names(after)}). Run both with the same --layers and --method.`
  );
}

/** The maps of a layer, by image and class. Rows are best asked for one after the other. */
export class PairSlots {
  readonly #slots: readonly MapColumns[];
  #row = -1;
  /** Of the row, by class. */
  #maps = new Map<number, MapColumns>();

  constructor(layer: LayerSlots | undefined) {
    this.#slots = layer?.slots ?? [];
  }

  /** One of `mapState`. */
  stateOf(row: number, index: number): number {
    return this.#find(row, index)?.state[row] ?? mapState.absent;
  }

  /** Of the record's map for the class; null where there is none. */
  targetOf(row: number, index: number): string | null {
    return this.#find(row, index)?.target ?? null;
  }

  #find(row: number, index: number): MapColumns | undefined {
    if (row !== this.#row) {
      this.#row = row;
      this.#maps = new Map();
      for (const slot of this.#slots) {
        const own = slot.class[row] ?? -1;
        if (slot.state[row] !== mapState.absent && !this.#maps.has(own)) this.#maps.set(own, slot);
      }
    }
    return this.#maps.get(index);
  }
}
