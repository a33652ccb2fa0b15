/** What the network answers when a possible cause is taken out of mistakes. */

import { at } from '../../explain/at.ts';
import type { Network, SeenImage } from '../../interventions/network.ts';
import { mapInOrder } from '../../shared/threads/map-in-order.ts';
import { mean } from '../clusters/numbers.ts';
import type { Change } from './change.ts';
import type { PictureChanger } from './picture-changer.ts';
import type { TriedImage } from './tried-image.ts';

/** What a trial needs: who is asked, and who makes the pictures. */
export interface Asking {
  network: Network;
  changer: PictureChanger;
}

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
  { network, changer }: Asking,
): Promise<Map<Change, Outcome[]>> {
  const trials: Trial[] = [];
  const answers = await network.ask(pictures(images, changes, changer, trials));
  const outcomes = new Map<Change, Outcome[]>(changes.map((change) => [change, []]));
  let next = 0;
  let before = 0;
  for (const { image, change, without, elsewhere } of trials) {
    const take = (count: number) => {
      next += count;
      return answers.slice(next - count, next).map((scores) => marginOf(image, scores));
    };
    const [own, other] = [take(without), take(elsewhere)];
    if (change === null) {
      before = at(own, 0);
      continue;
    }
    outcomes.get(change)?.push({
      image,
      before,
      without: mean(own.map(bounded)),
      elsewhere: other.length === 0 ? null : mean(other.map(bounded)),
      returned: shareReturned(own),
      returnedElsewhere: other.length === 0 ? null : shareReturned(other),
    });
  }
  return outcomes;
}

/** Pictures of one image, one behind the other; without a change its own. */
interface Trial {
  image: TriedImage;
  change: Change | null;
  without: number;
  elsewhere: number;
}

/** Each image's own and its changed ones, a few images ahead of the network: they are many. @param trials gets what they are */
async function* pictures(
  images: readonly TriedImage[],
  changes: readonly Change[],
  changer: PictureChanger,
  trials: Trial[],
): AsyncGenerator<SeenImage, void, undefined> {
  const made = mapInOrder(images, changer.atOnce, async (image) => ({
    image,
    changed: await changer.change(image, changes),
  }));
  for await (const { image, changed } of made) {
    trials.push({ image, change: null, without: 1, elsewhere: 0 });
    yield image.picture;
    for (const [place, pictures] of changed.entries()) {
      if (pictures === null) continue;
      const { without, elsewhere } = pictures;
      trials.push({ image, change: at(changes, place), without: without.length, elsewhere: elsewhere.length });
      yield* without;
      yield* elsewhere;
    }
  }
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

/** Log-odds of a predicted class against the true one. */
export function marginOf({ predicted, label }: Pick<TriedImage, 'predicted' | 'label'>, scores: Float32Array): number {
  return at(scores, predicted) - at(scores, label);
}
