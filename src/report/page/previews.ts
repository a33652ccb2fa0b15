/** Pictures of images that the page shows and that the run wrote none of: as the model sees them. */

import { UserError } from '../../explain/user-error.ts';
import type { SeenImage } from '../../interventions/network.ts';
import { StoreError } from '../../shared/store/store.ts';
import type { Findings } from '../contract.ts';
import { webpOf } from '../webp.ts';
import type { Preview } from './page-data.ts';
import type { PageFiles } from './page-files.ts';

/** Reads images of the run. One that cannot be read is left out. Throws UserError, StoreError where the network or the images are not at hand. */
export type SeeImages = (keys: readonly string[]) => Promise<SeenImage[]>;

/** Images are read once more for them, so there are not many. */
const mostPreviews = 300;
/** Of each list that has no groups. */
const ofAList = 60;
/** Pixels of so many images are in memory at one time. */
const atOnce = 16;

/** Keys of the images whose pictures say most, those of groups first. */
function keysToPreview({ clusters, gaps, labelErrors, mistakes, multiLabel }: Findings): string[] {
  const pairs = multiLabel ? [...multiLabel.missingLabels, ...multiLabel.mistakes] : [];
  return [
    ...clusters.flatMap(({ typical, counterExamples }) => [...typical, ...counterExamples]),
    ...gaps.flatMap(({ typical, nearest }) => [...typical, ...nearest]),
    ...(multiLabel?.coOccurrence.travelling ?? []).flatMap(({ images }) => images.slice(0, ofAList)),
    ...[labelErrors, mistakes, pairs].flatMap((list) => list.slice(0, ofAList).map(({ key }) => key)),
  ];
}

/**
 * Those that can be had: where the images are not at hand any more, the page does without.
 * @param rowOf row of an image without a picture; undefined for another one
 * @throws StoreError where they cannot be written
 */
export async function writePreviews(
  files: PageFiles,
  findings: Findings,
  rowOf: (key: string) => number | undefined,
  see: SeeImages,
): Promise<Preview[]> {
  const rows = new Map(
    keysToPreview(findings).flatMap((key) => {
      const row = rowOf(key);
      return row === undefined ? [] : [[key, row] as const];
    }),
  );
  const wanted = [...rows.keys()].slice(0, mostPreviews);
  const previews: Preview[] = [];
  for (let first = 0; first < wanted.length; first += atOnce) {
    const images = await seen(see, wanted.slice(first, first + atOnce));
    if (images === null) break;
    for (const image of images) {
      const row = rows.get(image.key);
      if (row === undefined) continue;
      const name = `${String(row).padStart(5, '0')}.webp`;
      await files.writePicture(name, await webpOf(image, 3));
      previews.push([row, name]);
    }
  }
  return previews;
}

async function seen(see: SeeImages, keys: readonly string[]): Promise<SeenImage[] | null> {
  try {
    return await see(keys);
  } catch (error) {
    if (error instanceof UserError || error instanceof StoreError) return null;
    throw error;
  }
}
