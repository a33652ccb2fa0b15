/** Whether two clusters have one cause or two, by the network's answers. */

import type { Mask } from '../../interventions/mask.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { answerAlike } from './answer-alike.ts';
import type { ClusterMarks } from './cluster-marks.ts';
import type { LocatedCause } from './located-cause.ts';
import { haveOwnPlaces, lieApart } from './own-places.ts';
import { showOwnThings } from './own-things.ts';
import { sharedMask } from './shared-mask.ts';
import type { Asking } from './trial.ts';
import type { TriedImage } from './tried-image.ts';
import { members, underACause } from './try-cluster.ts';
import { isOfOneThing, mayHaveOneCause, showOneCause } from './verdict.ts';

/** Each image as it is, and under two places, each covered in two ways and held against three others. */
const mostOfPlaces = 2 * members * (1 + 2 * 5);
const mostOfCauses = 2 * members * underACause;

export interface PairParts extends Asking {
  marks: ClusterMarks;
  /** Whether so many pictures are left. */
  mayAsk(pictures: number): boolean;
  /** Those of a cluster that are tried. @throws StoreError */
  membersOf(cluster: UnrankedCluster): Promise<TriedImage[]>;
  causeOf(cluster: UnrankedCluster): LocatedCause | null;
}

export class PairTester {
  readonly #parts: PairParts;
  /** By the two clusters' images. */
  readonly #areTwo = new Map<string, boolean>();
  readonly #answeredAlike = new Map<string, boolean>();

  constructor(parts: PairParts) {
    this.#parts = parts;
  }

  /**
   * Whether two clusters have one cause: they have the same marks; or their tests say so, or what is the cause of each acts on the other, and they are not two things.
   * False where that could not be asked.
   * @throws StoreError
   */
  async haveOneCause(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    if (!mayHaveOneCause(one, other)) return false;
    if (await this.#parts.marks.areSame(one, other)) return true;
    const isOne = showOneCause(one, other) || (await this.#answerAlike(one, other));
    return isOne && !(await this.areTwoThings(one, other));
  }

  async #answerAlike(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    const [first, second] = [this.#parts.causeOf(one), this.#parts.causeOf(other)];
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

  /**
   * Whether two clusters of one class show two things that look unlike, each at a place of its own; false where that could not be asked. Pictures are looked at first, which costs no question.
   * @throws StoreError
   */
  async areTwoThings(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    const masks = this.#masksOf(one, other);
    if (masks === null || !lieApart(...masks)) return false;
    const pair = pairOf(one, other);
    const known = this.#areTwo.get(pair);
    if (known !== undefined) return known;
    if (!this.#parts.mayAsk(mostOfPlaces)) return false;
    const placed = [
      { images: await this.#parts.membersOf(one), mask: masks[0] },
      { images: await this.#parts.membersOf(other), mask: masks[1] },
    ] as const;
    const answer = showOwnThings(...placed) && (await haveOwnPlaces(...placed, this.#parts));
    this.#areTwo.set(pair, answer);
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
