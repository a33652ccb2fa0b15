/** Whether two clusters have one cause or two, by the network's answers. */

import type { Mask } from '../../interventions/mask.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { answerAlike, type CausedCluster } from './answer-alike.ts';
import type { Change } from './change.ts';
import { haveOwnPlaces, lieApart, type PlacedCluster } from './own-places.ts';
import { showOwnThings } from './own-things.ts';
import { sharedMask } from './shared-mask.ts';
import type { Asking } from './trial.ts';
import type { TriedImage } from './tried-image.ts';
import { members } from './try-cluster.ts';
import { isOfOneThing, lost, mayHaveOneCause, showOneCause } from './verdict.ts';

/** Each image as it is, and under two places, each covered in two ways and held against three others. */
const mostOfPlaces = 2 * members * (1 + 2 * 5);
/** Each image as it is, and under one cause. */
const mostOfCauses = 2 * members * (1 + 5);

/** Of what goes with what each image's map shows, so much has to go with the place that the maps share. */
const placedShare = 0.6;

export interface PairParts extends Asking {
  /** Whether so many pictures are left. */
  mayAsk(pictures: number): boolean;
  /** Those of a cluster that are tried. @throws StoreError */
  membersOf(cluster: UnrankedCluster): Promise<TriedImage[]>;
  /** The change of that kind that was tried of a cluster. */
  causeOf(cluster: UnrankedCluster, kind: Change['kind']): Change | null;
}

export class PairTester {
  readonly #parts: PairParts;
  /** By the two clusters' images. */
  readonly #ownPlaces = new Map<string, boolean>();
  readonly #answeredAlike = new Map<string, boolean>();

  constructor(parts: PairParts) {
    this.#parts = parts;
  }

  /**
   * Whether two clusters have one cause: their tests say so, or what is the cause of each acts on the other, and they have not each a place of its own.
   * False where that could not be asked.
   * @throws StoreError
   */
  async haveOneCause(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    if (!mayHaveOneCause(one, other)) return false;
    const isOne = showOneCause(one, other) || (await this.#answerAlike(one, other));
    return isOne && !(await this.#askOfPlaces(one, other, null));
  }

  async #answerAlike(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    const [first, second] = [this.#locatedCause(one), this.#locatedCause(other)];
    if (first === null || second === null) return false;
    const pair = pairOf(one, other);
    const known = this.#answeredAlike.get(pair);
    if (known !== undefined) return known;
    if (!this.#parts.mayAsk(mostOfCauses)) return false;
    const [own, others] = [await this.#parts.membersOf(one), await this.#parts.membersOf(other)];
    const areThings = isOfOneThing(first.cause.kind) && isOfOneThing(second.cause.kind);
    const masks = areThings ? this.#masksOf(one, other) : null;
    const lookUnlike =
      masks !== null && showOwnThings({ images: own, mask: masks[0] }, { images: others, mask: masks[1] });
    const answer =
      !lookUnlike && (await answerAlike({ ...first, images: own }, { ...second, images: others }, this.#parts));
    this.#answeredAlike.set(pair, answer);
    return answer;
  }

  /** What of a cluster can be asked of another: what its own maps show is something in every image. Null for a cluster without such a cause. */
  #locatedCause(cluster: UnrankedCluster): Pick<CausedCluster, 'cause' | 'lost'> | null {
    const [strongest] = cluster.tests;
    if (strongest === undefined) return null;
    const located = strongest.kind === 'seen' ? cluster.tests.find(({ kind }) => kind === 'place') : strongest;
    const cause = located === undefined ? null : this.#parts.causeOf(cluster, located.kind);
    if (located === undefined || cause === null || lost(located) < placedShare * lost(strongest)) return null;
    return { cause, lost: lost(located) };
  }

  /**
   * Whether two clusters of one class show two things that look unlike, each at a place of its own; false where that could not be asked.
   * @throws StoreError
   */
  async areTwoThings(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    return this.#askOfPlaces(one, other, showOwnThings);
  }

  /** Pictures are read only where they decide. @param mayBeTwo looks at them first, which costs no question; null: anything may be */
  async #askOfPlaces(
    one: UnrankedCluster,
    other: UnrankedCluster,
    mayBeTwo: ((one: PlacedCluster, other: PlacedCluster) => boolean) | null,
  ): Promise<boolean> {
    const masks = this.#masksOf(one, other);
    if (masks === null || !lieApart(...masks)) return false;
    const pair = pairOf(one, other);
    const known = this.#ownPlaces.get(pair);
    if (known === false || (known === true && mayBeTwo === null)) return known;
    if (known === undefined && !this.#parts.mayAsk(mostOfPlaces)) return false;
    const placed = [
      { images: await this.#parts.membersOf(one), mask: masks[0] },
      { images: await this.#parts.membersOf(other), mask: masks[1] },
    ] as const;
    if (mayBeTwo !== null && !mayBeTwo(...placed)) return false;
    const answer = known ?? (await haveOwnPlaces(...placed, this.#parts));
    this.#ownPlaces.set(pair, answer);
    return answer;
  }

  #masksOf(one: UnrankedCluster, other: UnrankedCluster): [Mask, Mask] | null {
    const [mask, otherMask] = [one, other].map((cluster) => sharedMask(cluster, this.#parts.network));
    return mask && otherMask ? [mask, otherMask] : null;
  }
}

function pairOf(one: UnrankedCluster, other: UnrankedCluster): string {
  return JSON.stringify([one.images, other.images].sort());
}
