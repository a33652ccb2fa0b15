/** Raw maps as files: `maps/<key>/<layer>.<method>.<target>.npy`, and an index that tells which is which. */

import { encodeNpy } from '../../shared/run/npy.ts';
import { mapIndexKey, mapKey } from '../../shared/run/output-key.ts';
import type { OutputFile } from './stages/store.ts';

/** One image's map of one layer, method and target. */
export interface RawMap {
  layer: string;
  method: string;
  target: string;
  /** The explained class; -1 where the image has no such target. */
  class: number;
  height: number;
  width: number;
  /** `[height, width]`, signed. */
  values: Float32Array;
}

export function mapFile(imageKey: string, map: RawMap): OutputFile {
  return {
    key: mapKey(imageKey, map.layer, map.method, map.target),
    body: encodeNpy(map.values, [map.height, map.width]),
    contentType: 'application/octet-stream',
  };
}

/** The index of an image's maps. `file` is a name beside the index; the other names are as the user wrote them. */
export function mapIndexFile(imageKey: string, maps: RawMap[]): OutputFile {
  const entries = maps.map((map) => {
    const { layer, method, target, height, width } = map;
    const key = mapKey(imageKey, layer, method, target);
    return {
      file: key.slice(key.lastIndexOf('/') + 1),
      layer,
      method,
      target,
      class: map.class,
      shape: [height, width],
    };
  });
  return { key: mapIndexKey(imageKey), body: `${JSON.stringify(entries, null, 2)}\n`, contentType: 'application/json' };
}
