/** Where maps lie with regard to the regions of their class, over a run, from its records. */

import { type Mean, MeanOf } from './mean.ts';
import { mapRecord, region } from './record.ts';

export interface RegionRow {
  layer: string;
  method: string;
  target: string;
  /** With a region of the explained class in what the model saw, and a map that shows something. */
  images: number;
  /** Share of them whose maximum lies in a region: the pointing game's accuracy. */
  hits: number;
  /** Share of the positive part inside; `area` is what chance would give. */
  inside: Mean;
  area: Mean;
}

const located = mapRecord.pick({ layer: true, method: true, target: true }).extend({ region }).strip();

/** Collects records in the order of the run. */
export class RegionTally {
  readonly #rows = new Map<
    string,
    { layer: string; method: string; target: string; hits: MeanOf; inside: MeanOf; area: MeanOf }
  >();

  /** @throws z.ZodError for a record that holds something else under these names */
  add({ maps }: { maps: readonly unknown[] }): void {
    for (const map of maps) {
      if (typeof map !== 'object' || map === null || !('region' in map)) continue;
      const { layer, method, target, region: found } = located.parse(map);
      const key = JSON.stringify([layer, method, target]);
      const row = this.#rows.get(key) ?? {
        layer,
        method,
        target,
        hits: new MeanOf(),
        inside: new MeanOf(),
        area: new MeanOf(),
      };
      this.#rows.set(key, row);
      row.hits.add(found.hit ? 1 : 0);
      row.inside.add(found.inside);
      row.area.add(found.area);
    }
  }

  /** Null when no image had a region. */
  get summary(): RegionRow[] | null {
    if (this.#rows.size === 0) return null;
    return [...this.#rows.values()].map(({ layer, method, target, hits, inside, area }) => ({
      layer,
      method,
      target,
      images: hits.count,
      hits: hits.result.mean,
      inside: inside.result,
      area: area.result,
    }));
  }
}
