/** Which ordered pairs of a predicted class and a label the images speak of. */

import { at } from '../../../explain/at.ts';
import { type LabelOdds, listedCount } from './label-odds.ts';

export interface ClassPairs {
  /** By pair: its predicted class, and the mistakes that fall into it. */
  predicted: Int32Array;
  mistakes: number[][];
  /** `[images, listedCount]`: the pair of the image's predicted and its listed class; -1 for none. */
  listed: Int32Array;
  /** By image: the pair of its predicted class and its label; -1 where it is right. */
  label: Int32Array;
  /** By class: images that are predicted as it, and pairs with it that no image lists and no mistake falls into. */
  images: Float64Array;
  bare: Float64Array;
}

export function classPairs(odds: LabelOdds): ClassPairs {
  const count = odds.rows.length;
  const pairs = new Map<number, number>();
  const predicted: number[] = [];
  const mistakes: number[][] = [];
  const pairOf = (from: number, label: number) => {
    const key = from * odds.places + label;
    const known = pairs.get(key);
    if (known !== undefined) return known;
    pairs.set(key, predicted.length);
    predicted.push(from);
    mistakes.push([]);
    return predicted.length - 1;
  };
  const listed = new Int32Array(count * listedCount).fill(-1);
  const label = new Int32Array(count).fill(-1);
  const images = new Float64Array(odds.places);
  for (let image = 0; image < count; image += 1) {
    const from = at(odds.predicted, image);
    images[from] = at(images, from) + 1;
    for (let slot = image * listedCount; slot < (image + 1) * listedCount; slot += 1) {
      const other = at(odds.listed, slot);
      if (other >= 0) listed[slot] = pairOf(from, other);
    }
    if (at(odds.label, image) === from) continue;
    const own = pairOf(from, at(odds.label, image));
    label[image] = own;
    at(mistakes, own).push(image);
  }
  const bare = Float64Array.from(images, (own) => (own > 0 ? odds.places - 1 : 0));
  for (const from of predicted) bare[from] = at(bare, from) - 1;
  return { predicted: Int32Array.from(predicted), mistakes, listed, label, images, bare };
}
