/** What the network answers when what a cluster's images may share is put into others. */

import { at } from '../../explain/at.ts';
import type { SeenImage } from '../../interventions/network.ts';
import { mapInOrder } from '../../shared/threads/map-in-order.ts';
import { mean, rounded } from '../clusters/numbers.ts';
import type { TestedChange } from '../contract.ts';
import { type Change, isLookChange, type LookChange, statisticsOf } from './change.ts';
import { lookPlaces } from './look-places.ts';
import type { PictureChanger } from './picture-changer.ts';
import { signedRankPValue } from './signed-rank.ts';
import { type Asking, marginOf } from './trial.ts';
import type { TriedImage } from './tried-image.ts';

type Transplanted = NonNullable<TestedChange['transplanted']>;

/** Images that get a part of a cluster's, each another one, and the same part of a mistake that it is held against. */
export const recipientsOfParts = 20;
/** A look moves every picture a little, and turns few: more of them have to show it. */
export const recipientsOfLooks = 30;
/** Of what the first ones did not decide about. */
const furtherRecipients = { part: 40, look: 60 };
/** Fewer say little. */
const fewest = 5;
/** Of those that a look is held against, by how little of it they have. */
const lackingShare = 2 / 3;

export const mostRecipients = Math.max(...Object.values(furtherRecipients));

/** Recipients of what the first ones did not decide about. */
export function moreRecipients(change: Change): number {
  return isLookChange(change) ? furtherRecipients.look : furtherRecipients.part;
}

/** Images of a cluster, and those that they are held against. */
export interface Transplant {
  own: readonly TriedImage[];
  /** Mistakes for other classes. */
  mistakes: readonly TriedImage[];
  /** Correct images of other classes. */
  correct: readonly TriedImage[];
  /** What the cluster's images are taken for. */
  predicted: number;
}

/**
 * Puts what the images may share into correct images of other classes, and the same part of other mistakes; where nearly all mistakes are for one class, that of further correct
 * images. Null where there are too few.
 * @param most recipients; default: as many as decide most changes
 */
export async function transplant(
  change: Change,
  { own, mistakes, correct, predicted }: Transplant,
  { network, changer }: Asking,
  most?: number,
): Promise<Transplanted | null> {
  const isHeldAgainstCorrect = mistakes.length < fewest;
  const count = most ?? (isLookChange(change) && !isHeldAgainstCorrect ? recipientsOfLooks : recipientsOfParts);
  const into = correct.slice(0, count);
  const all = isHeldAgainstCorrect ? correct.slice(count) : mistakes;
  const donors = isLookChange(change) ? await lacking(change, all, own, changer) : all;
  if (into.length < fewest || donors.length < fewest) return null;
  const labels: number[] = [];
  async function* pictures(): AsyncGenerator<SeenImage, void, undefined> {
    const pairs = mapInOrder(into.entries(), changer.atOnce, async ([i, { picture, label }]) => {
      const lend = (from: readonly TriedImage[]) => changer.lend(change, at(from, i % from.length), picture);
      const [given, control] = await Promise.all([lend(own), lend(donors)]);
      return given === null || control === null ? null : { label, given, control };
    });
    for await (const { label, given, control } of pairs) {
      labels.push(label);
      yield given;
      yield control;
    }
  }
  const answers = await network.ask(pictures());
  if (labels.length < fewest) return null;
  const given = labels.map((_, i) => at(answers, 2 * i));
  const control = labels.map((_, i) => at(answers, 2 * i + 1));
  const taken = (scores: readonly Float32Array[]) => rounded(mean(scores.map((own) => Number(isFor(predicted, own)))));
  const differences = labels.map((label, i) => {
    const classes = { predicted, label };
    return marginOf(classes, at(given, i)) - marginOf(classes, at(control, i));
  });
  return {
    images: labels.length,
    taken: taken(given),
    control: taken(control),
    chance: signedRankPValue(differences),
  };
}

/** Those that have least of a look: a frequent one is in other mistakes, too, and would be held against itself. */
async function lacking(
  look: LookChange,
  images: readonly TriedImage[],
  own: readonly TriedImage[],
  changer: PictureChanger,
): Promise<readonly TriedImage[]> {
  const measure = ({ picture }: TriedImage) => changer.measure(picture);
  const usual = await Promise.all(images.map(measure));
  const places = lookPlaces(statisticsOf(look), { own: await Promise.all(own.map(measure)), others: [], usual })?.usual;
  if (places === undefined) return images;
  const least = images.map((image, i) => ({ image, place: at(places, i) })).sort((a, b) => a.place - b.place);
  return least.slice(0, Math.max(fewest, Math.ceil(images.length * lackingShare))).map(({ image }) => image);
}

function isFor(label: number, scores: Float32Array): boolean {
  return scores.indexOf(Math.max(...scores)) === label;
}

/** What a transplant into so many images says at best: each that gets the part is taken for the class, and none that gets another. */
export function bestTransplant(images: number): Transplanted {
  return { images, taken: 1, control: 0, chance: signedRankPValue(Array.from({ length: images }, (_, i) => i + 1)) };
}
