/** Maps that show nothing, over a run, from its records: where most of them do, something is wrong with the set-up. */

import { z } from 'zod';
import { mapRecord } from './record.ts';

export const blankMaps = z.object({
  layer: z.string(),
  method: z.string(),
  target: z.string(),
  /** Images with such a map; those without the target's class are left out. */
  images: z.number(),
  /** How many of the maps are degenerate, and of how many each reason is given. */
  blank: z.number(),
  reasons: z.record(z.string(), z.number()),
  /** With `class-token-only`: the layer to list in place of this one. */
  workingLayer: z.string().exactOptional(),
});

export type BlankMaps = z.infer<typeof blankMaps>;

const described = mapRecord
  .pick({ layer: true, method: true, target: true, degenerateReason: true, workingLayer: true })
  .strip();

/** Collects records in any order. */
export class BlankMapsTally {
  readonly #rows = new Map<string, BlankMaps>();

  /** @throws z.ZodError for a record that holds something else under these names */
  add({ maps }: { maps: readonly unknown[] }): void {
    for (const each of maps) {
      const { layer, method, target, degenerateReason: reason, workingLayer } = described.parse(each);
      if (reason === 'no-label') continue;
      const key = JSON.stringify([layer, method, target]);
      const row = this.#rows.get(key) ?? { layer, method, target, images: 0, blank: 0, reasons: {} };
      this.#rows.set(key, row);
      row.images += 1;
      if (workingLayer !== undefined) row.workingLayer = workingLayer;
      if (reason === null) continue;
      row.blank += 1;
      row.reasons[reason] = (row.reasons[reason] ?? 0) + 1;
    }
  }

  /** The maps of which more than half are blank; null where there are none. */
  get summary(): BlankMaps[] | null {
    const rows = [...this.#rows.values()].filter(({ images, blank }) => blank > images / 2);
    return rows.length === 0 ? null : rows;
  }
}

/** What a reason means, and what to do about it. */
const remedies: Record<string, string> = {
  'no-gradient':
    'no gradient reaches the layer: the score does not depend on it, or everything behind it is switched off for these pictures. Check the preprocessing, or list another layer (gradline layers shows them)',
  'class-token-only': 'the score reads only the class token of the layer. List an earlier layer',
  'no-positive-evidence':
    'nothing in them speaks for the explained class. Check the preprocessing, or try another layer or --method',
  'not-finite': 'they hold numbers that are not finite. Check the model and the preprocessing',
};

/** One sentence on a row, for people. */
export function blankMapsText({
  layer,
  method,
  target,
  images,
  blank,
  reasons,
  workingLayer,
}: Readonly<BlankMaps>): string {
  const [reason = ''] = Object.entries(reasons)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([name]) => name);
  const advice = reason === 'class-token-only' && workingLayer !== undefined ? `: ${workingLayer}` : '';
  const many = blank === images ? (images === 1 ? 'The map' : `All ${images} maps`) : `${blank} of ${images} maps`;
  const verb = blank === 1 ? 'is' : 'are';
  const why = remedies[reason] ?? 'see degenerateReason in the records';
  return `${many} of layer ${layer} (${method}, ${target}) ${verb} blank (${reason}): ${why}${advice}.`;
}
