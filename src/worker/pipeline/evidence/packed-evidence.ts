/**
 * What is kept of an image's maps for whoever compares images: what the network saw there, and where it looked. Packed for the way between
 * threads, map after map, little-endian:
 *
 *     float32 scale of the evidence | float32 scale of the heatmap | float16 evidence[channels] | float16 heatmap[height * width]
 *
 * Values are halves from -1 to 1 times their scale, the largest magnitude (0 where all are 0): float16 alone would overflow or lose small ones.
 */

import type { LayerMaps, MapShape } from '../../../explain/explanation.ts';
import { halfBits } from './half-floats.ts';
import { shrinkGrid, shrunkSize } from './shrink-grid.ts';

/** Larger heatmaps are averaged down to so many rows and columns, as spectral relevance analysis has it (Lapuschkin et al. 2019). */
const largestSide = 32;

/** Where the parts of one map lie in an image's packed evidence. */
export interface EvidencePlace {
  map: MapShape;
  /** Rows and columns of the heatmap. */
  heatmap: { height: number; width: number };
  evidenceScale: number;
  heatmapScale: number;
  /** First byte, and the one behind the last. */
  evidence: [number, number];
  cells: [number, number];
}

export function evidencePlaces(maps: readonly MapShape[]): EvidencePlace[] {
  let end = 0;
  return maps.map((map) => {
    const heatmap = shrunkSize(map, largestSide);
    const start = end + 8;
    const middle = start + 2 * map.channels;
    const place = { map, heatmap, evidenceScale: end, heatmapScale: end + 4 };
    end = middle + 2 * heatmap.height * heatmap.width;
    return { ...place, evidence: [start, middle], cells: [middle, end] };
  });
}

/** @param index position of the image in the batch of the maps */
export function packEvidence(maps: readonly LayerMaps[], index: number): Uint8Array {
  const places = evidencePlaces(maps);
  const packed = new DataView(new ArrayBuffer(places.at(-1)?.cells[1] ?? 0));
  for (const [at, { evidence, cells, evidenceScale, heatmapScale }] of places.entries()) {
    const own = maps[at];
    if (own === undefined) continue;
    const { values, height, width, channels } = own;
    const size = height * width;
    const grid = { values: values.subarray(index * size, (index + 1) * size), height, width };
    packScaled(own.evidence.subarray(index * channels, (index + 1) * channels), packed, evidenceScale, evidence[0]);
    packScaled(shrinkGrid(grid, largestSide).values, packed, heatmapScale, cells[0]);
  }
  return new Uint8Array(packed.buffer);
}

/** What is not a finite number becomes 0: it says nothing about what was seen. */
function packScaled(values: Float32Array, packed: DataView, scaleAt: number, start: number): void {
  let scale = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > scale && Number.isFinite(size)) scale = size;
  }
  packed.setFloat32(scaleAt, scale, true);
  if (scale === 0) return;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? 0;
    if (Number.isFinite(value)) packed.setUint16(start + 2 * i, halfBits(value / scale), true);
  }
}
