/** Asks the network of each cluster whether its images get another answer without what they may share. */

import { at } from '../../explain/at.ts';
import { brightRegion, type Mask } from '../../interventions/mask.ts';
import type { Network } from '../../interventions/network.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import type { TestedChange } from '../contract.ts';
import { type Change, generalChanges, lookChange, sharedRegion } from './change.ts';
import { type DrawnProofs, drawProofs, mostProved } from './draw-proofs.ts';
import { OrdinaryImages, type OrdinaryParts } from './ordinary-images.ts';
import { haveOwnPlaces, lieApart, type PlacedCluster } from './own-places.ts';
import { showOwnThings } from './own-things.ts';
import { setsApart } from './sets-apart.ts';
import type { Asking } from './trial.ts';
import { type TriedImage, triedImages } from './tried-image.ts';
import { fewest, mostOfATrial, tryCluster } from './try-cluster.ts';
import { hasCause } from './verdict.ts';

/** Images of a cluster that are tried. */
const members = 10;

/** Pictures that are asked about at most, so that nothing begins that cannot be ended. */
const mostOfProofs = 4 * members;
/** Each image as it is, and under two places, each covered in two ways and held against three others. */
const mostOfPlaces = 2 * members * (1 + 2 * 5);

export interface TesterParts extends Asking, OrdinaryParts {
  /** Pictures that the network may be asked about, in all. */
  most: number;
}

export class ClusterTester {
  readonly #parts: TesterParts;
  readonly #ordinary: OrdinaryImages;
  /** By their images: a second search finds most of them again. */
  readonly #tested = new Map<string, UnrankedCluster>();
  /** What was tried of each. */
  readonly #changes = new Map<string, Change[]>();
  readonly #ownPlaces = new Map<string, boolean>();
  /** Clusters that were left out for want of questions. */
  untested = 0;

  constructor(parts: TesterParts) {
    this.#parts = parts;
    this.#ordinary = new OrdinaryImages(parts);
  }

  /**
   * The clusters, those that were tested with what came out of it; a cause is claimed of them where the answers say so.
   * @throws StoreError
   */
  async test(clusters: readonly UnrankedCluster[]): Promise<UnrankedCluster[]> {
    const tested = new Map<UnrankedCluster, UnrankedCluster>();
    const order = [...clusters].sort((a, b) => Number(b.claimed) - Number(a.claimed) || b.size - a.size);
    for (const cluster of order) tested.set(cluster, await this.#testOnce(cluster));
    return clusters.map((cluster) => tested.get(cluster) ?? cluster);
  }

  async #testOnce(cluster: UnrankedCluster): Promise<UnrankedCluster> {
    if (cluster.size < fewest) return { ...cluster, claimed: false };
    const name = nameOf(cluster);
    const known = this.#tested.get(name);
    if (known !== undefined) return known;
    const tests = await this.#tests(cluster);
    if (tests === null) {
      this.untested += 1;
      return cluster;
    }
    const claimed = hasCause(cluster, tests);
    const result: UnrankedCluster = { ...cluster, grounds: 'interventions', tests, claimed };
    this.#tested.set(name, result);
    return result;
  }

  /** Whether so many pictures are left, beside those of the proofs of what has been claimed and of one more. */
  #mayAsk(pictures: number): boolean {
    const claimed = [...this.#tested.values()].filter((cluster) => cluster.claimed).length;
    const proofs = Math.min(claimed + 1, mostProved) * mostOfProofs;
    return this.#parts.network.asked + proofs + pictures <= this.#parts.most;
  }

  /**
   * Whether two clusters of one class have their causes at two places; false where that could not be asked.
   * @throws StoreError
   */
  async haveOwnPlaces(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    return this.#askOfPlaces(one, other, null);
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
    const { network } = this.#parts;
    const [mask, otherMask] = [sharedMask(one, network), sharedMask(other, network)];
    if (mask === null || otherMask === null || !lieApart(mask, otherMask)) return false;
    const pair = JSON.stringify([one.images, other.images].sort());
    const known = this.#ownPlaces.get(pair);
    if (known === false || (known === true && mayBeTwo === null)) return known;
    if (known === undefined && !this.#mayAsk(mostOfPlaces)) return false;
    const placed = [
      { images: await this.#membersOf(one), mask },
      { images: await this.#membersOf(other), mask: otherMask },
    ] as const;
    if (mayBeTwo !== null && !mayBeTwo(...placed)) return false;
    const answer = known ?? (await haveOwnPlaces(...placed, this.#parts));
    this.#ownPlaces.set(pair, answer);
    return answer;
  }

  /**
   * The strongest change of a tested cluster in pictures; null for another one, and where no more pictures may be asked about.
   * @throws StoreError
   */
  async prove(cluster: UnrankedCluster): Promise<DrawnProofs | null> {
    const [strongest] = cluster.tests;
    const change = this.#changes.get(nameOf(cluster))?.find(({ kind }) => kind === strongest?.kind);
    if (strongest === undefined || change === undefined) return null;
    if (this.#parts.network.asked + mostOfProofs > this.#parts.most) return null;
    const own = await this.#membersOf(cluster);
    const into = (await this.#ordinary.correctOfOthers(cluster.predicted)).slice(0, members);
    const drawn = await drawProofs(change, own, into, cluster.predicted, this.#parts);
    return strongest.isRemovable ? drawn : { ...drawn, removed: [] };
  }

  #membersOf({ rows }: UnrankedCluster): Promise<TriedImage[]> {
    const { sample, deepest, network } = this.#parts;
    return triedImages(
      systematicSample(rows, members).map((row) => at(sample, row)),
      deepest,
      network,
    );
  }

  /** Null where fewer pictures are left than it may take. */
  async #tests(cluster: UnrankedCluster): Promise<TestedChange[] | null> {
    const { network } = this.#parts;
    const { predicted } = cluster;
    if (!this.#mayAsk(this.#ordinary.mostOf(predicted) + mostOfATrial(members, 0))) return null;
    const own = await this.#membersOf(cluster);
    const ofMembers = await Promise.all(own.map(({ picture }) => this.#parts.changer.measure(picture)));
    const apart = setsApart(ofMembers, await this.#ordinary.usual(predicted));
    const looks = new Map(
      [...apart.map((one) => [one]), ...(apart.length > 1 ? [apart] : [])].map((moved) => [
        lookChange(moved.map(({ values }) => values)),
        moved.map(({ means }) => means),
      ]),
    );
    if (!this.#mayAsk(this.#ordinary.mostOf(predicted) + mostOfATrial(members, looks.size))) return null;
    const marks = await this.#parts.changer.marks(own);
    const parts = [...generalChanges, ...placesOf(cluster, network), ...(marks === null ? [] : [marks])];
    const changes: Change[] = [...parts, ...looks.keys()];
    this.#changes.set(nameOf(cluster), changes);
    const { mistakes, outcomes } = await this.#ordinary.mistakes(predicted);
    const ordinaryOutcomes = (change: Change) => outcomes.get(change) ?? [];
    const correct = () => this.#ordinary.correctOfOthers(predicted);
    return tryCluster({ cluster, own, mistakes, changes, looks, ordinaryOutcomes, correct }, this.#parts);
  }
}

function nameOf({ images }: UnrankedCluster): string {
  return JSON.stringify(images);
}

function placesOf(cluster: UnrankedCluster, network: Network): Change[] {
  const mask = sharedMask(cluster, network);
  return mask === null ? [] : [{ kind: 'place', mask }];
}

/** Null where the members' maps have no place in common. */
function sharedMask({ heatmap }: UnrankedCluster, { size }: Network): Mask | null {
  const side = Math.sqrt(heatmap.length);
  return side === 0 ? null : brightRegion({ values: heatmap, height: side, width: side }, size, sharedRegion);
}
