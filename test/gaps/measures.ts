/** How well groups of images name a set of images. */

export interface Group {
  id: string;
  /** Highest-ranked first. */
  images: readonly string[];
}

export interface Fit {
  id: string;
  precision: number;
  recall: number;
}

/** The group with the highest F1; of equals the first. Null where none holds any image of the truth. */
export function bestFit(groups: readonly Group[], truth: ReadonlySet<string>): Fit | null {
  const fits = groups.map(({ id, images }) => {
    const hits = hitsIn(images, truth);
    return { id, precision: hits / images.length, recall: hits / truth.size };
  });
  const some = fits.filter(({ precision }) => precision > 0);
  const [best = null] = some.sort((a, b) => f1(b) - f1(a));
  return best;
}

/**
 * Share of a group's ten highest-ranked images that are of the truth, in the group where it is largest: precision at 10 of Eyuboglu et al. 2022
 * (Domino), section 5. A group of fewer than ten images has ten places, too.
 */
export function precisionAt10(groups: readonly Group[], truth: ReadonlySet<string>): number {
  return Math.max(0, ...groups.map(({ images }) => hitsIn(images.slice(0, 10), truth) / 10));
}

function hitsIn(images: readonly string[], truth: ReadonlySet<string>): number {
  return images.filter((key) => truth.has(key)).length;
}

function f1({ precision, recall }: Fit): number {
  return (2 * precision * recall) / (precision + recall);
}
