/** What the network answers when a possible cause is taken out of mistakes. */

import { at } from '../../explain/at.ts';
import type { Network, SeenImage } from '../../interventions/network.ts';
import { mean } from '../clusters/numbers.ts';
import type { Change } from './change.ts';
import type { TriedImage } from './tried-image.ts';

/** One mistake under one change. */
export interface Outcome {
  image: TriedImage;
  /** Log-odds of the predicted class against the true one: as it is, and the means of the ways without the cause and of those with as much changed elsewhere. */
  before: number;
  without: number;
  elsewhere: number | null;
  /** Share of the ways in which the true class gets the higher score. */
  returned: number;
  returnedElsewhere: number | null;
}

/**
 * A margin that has turned against the predicted class says no more the farther it turns: another answer is another answer.
 */
const lowestMargin = -1;

/** @returns outcomes of the images that the change applies to, by change */
export async function tryChanges(
  images: readonly TriedImage[],
  changes: readonly Change[],
  network: Network,
): Promise<Map<Change, Outcome[]>> {
  const before = await margins(
    images,
    images.map(({ picture }) => picture),
    network,
  );
  const outcomes = new Map<Change, Outcome[]>(changes.map((change) => [change, []]));
  // One image after the other: its changed pictures are many.
  for (const [i, image] of images.entries()) {
    const changed = changes.flatMap((change) => {
      const pictures = change.apply(image);
      return pictures === null ? [] : [{ change, ...pictures }];
    });
    const pictures = changed.flatMap(({ without, elsewhere }) => [...without, ...elsewhere]);
    const answers = await margins(
      pictures.map(() => image),
      pictures,
      network,
    );
    let next = 0;
    const take = (count: number) => {
      next += count;
      return answers.slice(next - count, next);
    };
    for (const { change, without, elsewhere } of changed) {
      const [own, other] = [take(without.length), take(elsewhere.length)];
      outcomes.get(change)?.push({
        image,
        before: at(before, i),
        without: mean(own.map(bounded)),
        elsewhere: other.length === 0 ? null : mean(other.map(bounded)),
        returned: shareReturned(own),
        returnedElsewhere: other.length === 0 ? null : shareReturned(other),
      });
    }
  }
  return outcomes;
}

/** How far the margin falls, less how far it falls when as much is changed elsewhere. */
export function fallOf({ before, without, elsewhere }: Outcome): number {
  return bounded(before) - without - (elsewhere === null ? 0 : bounded(before) - elsewhere);
}

function bounded(margin: number): number {
  return Math.max(margin, lowestMargin);
}

function shareReturned(all: readonly number[]): number {
  return all.filter((margin) => margin < 0).length / all.length;
}

/** Log-odds of each image's predicted class against its true one, of the picture at the same place. */
async function margins(
  images: readonly TriedImage[],
  pictures: readonly SeenImage[],
  network: Network,
): Promise<number[]> {
  const answers = await network.ask(pictures);
  return answers.map((scores, i) => {
    const { predicted, label } = at(images, i);
    return at(scores, predicted) - at(scores, label);
  });
}
