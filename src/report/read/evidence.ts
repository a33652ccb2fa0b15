/** Reading `evidence/part-*.npz`: what the network saw and where it looked, for chosen images. */

import { unzipSync } from 'fflate';
import { UserError } from '../../explain/user-error.ts';
import { decodeNpy } from '../../shared/run/npy-array.ts';
import { evidenceArrays, evidencePartKey } from '../../shared/run/output-key.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import { type Store, StoreError } from '../../shared/store/store.ts';

/** Which of a record's maps. */
export interface MapName {
  layer: string;
  method: string;
  target: string;
}

/** Rows of one map for several images of a shard. */
export interface EvidenceRows {
  /** Length of an evidence vector. */
  channels: number;
  /** `[rows, channels]`: mean of the layer's activations weighted by the positive part of the map; zeros where there is none. */
  evidence: Float32Array;
  /** Rows and columns of a heatmap, each at most 32. */
  height: number;
  width: number;
  /** `[rows, height, width]`, raw and signed, averaged down from the layer's own grid. */
  heatmaps: Float32Array;
}

/**
 * @param lines places of the images in the shard (lines of its scores part, counted from 0), in the order of the rows wanted
 * @returns one entry for each map, null where the part does not have it; null when the shard has no evidence at all
 * @throws UserError `damaged-output`; StoreError
 */
export async function readEvidence(
  output: Store,
  shard: number,
  maps: readonly MapName[],
  lines: readonly number[],
): Promise<(EvidenceRows | null)[] | null> {
  const key = evidencePartKey(shard);
  let file: Buffer;
  try {
    file = await retryTransient(() => output.get(key));
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return null;
    throw error;
  }
  const wanted = new Set(maps.flatMap((map) => Object.values(namesOf(map)).map((name) => `${name}.npy`)));
  let arrays: Record<string, Uint8Array>;
  try {
    arrays = unzipSync(file, { filter: ({ name }) => wanted.has(name) });
  } catch (cause) {
    throw new UserError('damaged-output', `${key} in ${output.location} is not a .npz file.`, { cause });
  }
  return maps.map((map) => rowsOf(arrays, map, lines, `${key} in ${output.location}`));
}

function namesOf({ layer, method, target }: MapName) {
  return evidenceArrays(layer, method, target);
}

function rowsOf(
  arrays: Record<string, Uint8Array>,
  map: MapName,
  lines: readonly number[],
  part: string,
): EvidenceRows | null {
  const names = namesOf(map);
  const [evidence, evidenceScale, heatmap, heatmapScale] = [
    names.evidence,
    names.evidenceScale,
    names.heatmap,
    names.heatmapScale,
  ].map((name) => {
    const bytes = arrays[`${name}.npy`];
    return bytes === undefined ? null : decodeNpy(bytes, `${name} in ${part}`, lines);
  });
  if (!evidence || !evidenceScale || !heatmap || !heatmapScale) return null;
  const [, channels = 0] = evidence.shape;
  const [, height = 0, width = 0] = heatmap.shape;
  return {
    channels,
    evidence: rescaled(evidence.values, evidenceScale.values, channels),
    height,
    width,
    heatmaps: rescaled(heatmap.values, heatmapScale.values, height * width),
  };
}

function rescaled(values: Float32Array, scales: Float32Array, length: number): Float32Array {
  for (let at = 0; at < values.length; at += 1) values[at] = (values[at] ?? 0) * (scales[Math.floor(at / length)] ?? 0);
  return values;
}
