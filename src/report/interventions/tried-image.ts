/** Images of a run that the network is asked about. */

import type { Heatmap } from '../../interventions/mask.ts';
import type { Network, SeenImage } from '../../interventions/network.ts';
import type { SampledImage } from '../clusters/sample.ts';
import type { EvidenceRows } from '../read/evidence.ts';

export interface TriedImage extends SampledImage {
  picture: SeenImage;
  /** Its own map for its predicted class, at the deepest layer. */
  heatmap: Heatmap;
}

/** Reads the images' pictures; those that cannot be read any more are left out. */
export async function triedImages(
  images: readonly SampledImage[],
  deepest: EvidenceRows,
  network: Network,
): Promise<TriedImage[]> {
  const pictures = new Map((await network.see(images.map(({ key }) => key))).map((picture) => [picture.key, picture]));
  return images.flatMap((image) => {
    const picture = pictures.get(image.key);
    return picture === undefined ? [] : [{ ...image, picture, heatmap: heatmapOf(deepest, image.row) }];
  });
}

function heatmapOf({ heatmaps, height, width }: EvidenceRows, row: number): Heatmap {
  return { height, width, values: heatmaps.slice(row * height * width, (row + 1) * height * width) };
}
