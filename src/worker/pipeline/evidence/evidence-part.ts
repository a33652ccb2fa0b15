/** The evidence of a shard as one file that `numpy.load` reads: an uncompressed .npz. docs/reference/evidence.md describes it. */

import { zipSync } from 'fflate';
import type { MapShape } from '../../../explain/explanation.ts';
import { encodeHalfNpy, encodeNpy } from '../../../shared/run/npy.ts';
import { evidenceArrays } from '../../../shared/run/output-key.ts';
import { evidencePlaces } from './packed-evidence.ts';

/** A zip file holds times; this one says the same at any hour and in any time zone. */
const noTime = new Date(1980, 0, 1);

/**
 * @param maps of every image, in the order in which they are packed
 * @param images the packed evidence of each image of the shard, in its order; null for a quarantined one, which becomes zeros
 * @returns null when no image of the shard has evidence
 */
export function encodeEvidencePart(maps: readonly MapShape[], images: readonly (Uint8Array | null)[]): Buffer | null {
  if (images.every((image) => image === null)) return null;
  const files: Record<string, Uint8Array> = {};
  for (const { map, heatmap, evidence, cells, evidenceScale, heatmapScale } of evidencePlaces(maps)) {
    const names = evidenceArrays(map.layer, map.method, map.target);
    const add = (name: string, scaleName: string, shape: number[], [start, end]: [number, number], scaleAt: number) => {
      const rows = images.map((image) => image?.subarray(start, end) ?? new Uint8Array(end - start));
      const scales = Float32Array.from(images, (image) => (image === null ? 0 : scaleOf(image, scaleAt)));
      files[`${name}.npy`] = encodeHalfNpy(Buffer.concat(rows), [images.length, ...shape]);
      files[`${scaleName}.npy`] = encodeNpy(scales, [images.length]);
    };
    add(names.evidence, names.evidenceScale, [map.channels], evidence, evidenceScale);
    add(names.heatmap, names.heatmapScale, [heatmap.height, heatmap.width], cells, heatmapScale);
  }
  const zipped = zipSync(files, { level: 0, mtime: noTime });
  return Buffer.from(zipped.buffer, zipped.byteOffset, zipped.byteLength);
}

function scaleOf({ buffer, byteOffset, byteLength }: Uint8Array, at: number): number {
  return new DataView(buffer, byteOffset, byteLength).getFloat32(at, true);
}
