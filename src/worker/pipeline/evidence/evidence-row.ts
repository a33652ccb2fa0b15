import { setFloat16 } from '@petamoriken/float16';
import type { LayerMaps } from '../../../explain/explanation.ts';
import { shrinkGrid } from './shrink-grid.ts';

/** What is kept of one map of one image for whoever compares images: what the network saw there, and where it looked. */
export interface EvidenceRow {
  layer: string;
  method: string;
  target: string;
  evidence: ScaledValues;
  /** `[height, width]`, neither over `largestSide`. */
  heatmap: ScaledValues;
  height: number;
  width: number;
}

/** Values are `halves` (as numbers) times `scale`, which is their largest magnitude: float16 alone would overflow or lose small ones. */
export interface ScaledValues {
  /** Little-endian float16, -1 to 1. */
  halves: Buffer;
  /** 0 where all values are. */
  scale: number;
}

/** Larger heatmaps are averaged down to so many rows and columns, as spectral relevance analysis has it (Lapuschkin et al. 2019). */
const largestSide = 32;

/** @param index position of the image in the batch of the maps */
export function evidenceRow(maps: LayerMaps, index: number): EvidenceRow {
  const { layer, method, target, channels } = maps;
  const size = maps.height * maps.width;
  const heatmap = shrinkGrid(
    { values: maps.values.subarray(index * size, (index + 1) * size), height: maps.height, width: maps.width },
    largestSide,
  );
  return {
    layer,
    method,
    target,
    evidence: scaled(maps.evidence.subarray(index * channels, (index + 1) * channels)),
    heatmap: scaled(heatmap.values),
    height: heatmap.height,
    width: heatmap.width,
  };
}

/** What is not a finite number becomes 0: it says nothing about what was seen. */
function scaled(values: Float32Array): ScaledValues {
  let scale = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > scale && Number.isFinite(size)) scale = size;
  }
  const halves = Buffer.alloc(values.length * 2);
  if (scale === 0) return { halves, scale };
  const view = new DataView(halves.buffer, halves.byteOffset, halves.byteLength);
  for (const [at, value] of values.entries()) {
    if (Number.isFinite(value)) setFloat16(view, at * 2, value / scale, true);
  }
  return { halves, scale };
}
