import { truthValues } from '../../../explain/append-wanted.ts';
import type { ImageTruth } from './inference-messages.ts';

/** What is known of some images as `BatchOptions.truth` has it, `[images, classCount]`. Labels that the model has no class for are left out. */
export function truthTable(images: readonly ImageTruth[], classCount: number): Int8Array {
  const table = new Int8Array(images.length * classCount).fill(truthValues.unknown);
  for (const [image, { labels, unknown }] of images.entries()) {
    if (labels === null) continue;
    const row = table.subarray(image * classCount, (image + 1) * classCount).fill(truthValues.isNot);
    for (const index of unknown) if (index < classCount) row[index] = truthValues.unknown;
    for (const index of labels) if (index < classCount) row[index] = truthValues.isTrue;
  }
  return table;
}
