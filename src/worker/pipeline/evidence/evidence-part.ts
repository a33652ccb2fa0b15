/** The evidence of a shard as one file that `numpy.load` reads: an uncompressed .npz. docs/reference/evidence.md describes it. */

import { zipSync } from 'fflate';
import { encodeHalfNpy, encodeNpy } from '../../../shared/run/npy.ts';
import { evidenceArrays } from '../../../shared/run/output-key.ts';
import type { EvidenceRow, ScaledValues } from './evidence-row.ts';

/** A zip file holds times; this one says the same at any hour and in any time zone. */
const noTime = new Date(1980, 0, 1);

/**
 * @param images for each image of the shard, in its order, the rows of its maps; null for a quarantined one, which becomes zeros
 * @returns null when no image of the shard has evidence
 */
export function encodeEvidencePart(images: readonly (readonly EvidenceRow[] | null)[]): Buffer | null {
  const sample = images.find((rows) => rows !== null);
  if (sample === undefined || sample === null) return null;
  const files: Record<string, Uint8Array> = {};
  for (const [map, { layer, method, target, evidence, height, width }] of sample.entries()) {
    const names = evidenceArrays(layer, method, target);
    const rows = images.map((image) => image?.[map] ?? null);
    const channels = evidence.halves.length / 2;
    addArray(
      files,
      names.evidence,
      names.evidenceScale,
      [channels],
      rows.map((row) => row?.evidence ?? null),
    );
    addArray(
      files,
      names.heatmap,
      names.heatmapScale,
      [height, width],
      rows.map((row) => row?.heatmap ?? null),
    );
  }
  const zipped = zipSync(files, { level: 0, mtime: noTime });
  return Buffer.from(zipped.buffer, zipped.byteOffset, zipped.byteLength);
}

function addArray(
  files: Record<string, Uint8Array>,
  name: string,
  scaleName: string,
  shape: number[],
  rows: (ScaledValues | null)[],
): void {
  const length = shape.reduce((product, size) => product * size, 2);
  const halves = Buffer.concat(rows.map((row) => row?.halves ?? Buffer.alloc(length)));
  const scales = Float32Array.from(rows, (row) => row?.scale ?? 0);
  files[`${name}.npy`] = encodeHalfNpy(halves, [rows.length, ...shape]);
  files[`${scaleName}.npy`] = encodeNpy(scales, [rows.length]);
}
