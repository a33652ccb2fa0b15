import { at } from '../../explain/at.ts';
import { type JudgedImage, judgedImages } from '../findings/judged-images.ts';
import { grouped } from '../grouped.ts';
import type { RunColumns } from './sample.ts';

export interface ChoiceLimits {
  /** Mistakes in all, and of one predicted class. Default 20,000 and 600. */
  mistakes?: number;
  mistakesOfClass?: number;
  /** Correct images in all, and of one class. Default 20,000 and 400. */
  correct?: number;
  correctOfClass?: number;
}

/**
 * Whose evidence is read, in ascending order: mistakes, and for each class some correct images. Where there are more than the limits,
 * images at equal steps through the run are taken, so the same run gives the same choice.
 */
export function chooseImages(run: RunColumns, limits: ChoiceLimits = {}): Int32Array {
  const { mistakes = 20_000, mistakesOfClass = 600, correct = 20_000, correctOfClass = 400 } = limits;
  const [wrong, right]: [JudgedImage[], JudgedImage[]] = [[], []];
  for (const image of judgedImages(run)) (image.label === image.predicted ? right : wrong).push(image);
  const ofClasses = (images: readonly JudgedImage[], most: number) =>
    [...grouped(images, ({ predicted }) => predicted).values()].flatMap((group) => systematicSample(group, most));
  const chosen = [
    ...systematicSample(ofClasses(wrong, mistakesOfClass), mistakes),
    ...systematicSample(ofClasses(right, correctOfClass), correct),
  ];
  return Int32Array.from(chosen, ({ row }) => row).sort();
}

/** At most `most` of the items, at equal steps: systematic sampling (Cochran 1977, chapter 8). */
export function systematicSample<Item>(items: Item[], most: number): Item[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => at(items, Math.floor((i * items.length) / most)));
}
