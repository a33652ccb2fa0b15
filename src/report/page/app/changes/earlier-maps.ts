/** What the earlier run looked at, loaded when a view first asks for it. */

import { useEffect, useState } from 'preact/hooks';
import { unpackFloats, unpackHalves } from '../../packed-array.ts';
import { type EarlierMaps, earlierMapsName } from '../../page-data.ts';
import { loadDataFile } from '../data-files.ts';
import type { Heatmap } from '../details.ts';

export interface EarlierLookup {
  /** Null where the earlier run kept no map, or one that says nothing. @param index the class, where images may have several labels */
  mapOf(row: number, index?: number): Heatmap | null;
}

let loading: Promise<EarlierLookup> | null = null;

/** @throws Error when the file is missing or holds something else */
function load(): Promise<EarlierLookup> {
  loading ??= loadDataFile(earlierMapsName, isEarlierMaps).then(lookup);
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

function lookup({ rows, classes, heatmaps }: EarlierMaps): EarlierLookup {
  if (heatmaps === null) return { mapOf: () => null };
  const { height, width } = heatmaps;
  const idOf = (row: number, index: number | undefined) => `${row} ${index ?? ''}`;
  const places = new Map(rows.map((row, place) => [idOf(row, classes?.[place]), place]));
  const scales = unpackFloats(heatmaps.scales);
  const values = unpackHalves(heatmaps.values);
  return {
    mapOf(row, index) {
      const place = places.get(idOf(row, index)) ?? -1;
      const scale = scales[place] ?? 0;
      const own = values.slice(place * height * width, (place + 1) * height * width);
      if (scale === 0 || !own.some((value) => value > 0)) return null;
      return { height, width, values: own.map((value) => value * scale) };
    },
  };
}

function isEarlierMaps(content: object): content is EarlierMaps {
  return 'rows' in content && 'heatmaps' in content;
}

/** Null while it loads; the message of what went wrong. @param wanted nothing is loaded without it */
export function useEarlierMaps(wanted = true): EarlierLookup | string | null {
  const [state, setState] = useState<EarlierLookup | string | null>(null);
  useEffect(() => {
    if (wanted) load().then(setState, (error: Error) => setState(error.message));
  }, [wanted]);
  return state;
}
