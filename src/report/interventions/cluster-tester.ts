/** Asks the network of each cluster whether its images get another answer without what they may share. */

import { at } from '../../explain/at.ts';
import { brightRegion, type Mask } from '../../interventions/mask.ts';
import type { Network } from '../../interventions/network.ts';
import type { Measurements } from '../../interventions/statistics/statistics.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { isCorrect, type Sample, type SampledImage } from '../clusters/sample.ts';
import type { TestedChange } from '../contract.ts';
import type { EvidenceRows } from '../read/evidence.ts';
import { type Change, generalChanges, lookChange, sharedRegion } from './change.ts';
import { type DrawnProofs, drawProofs, mostProved } from './draw-proofs.ts';
import { haveOwnPlaces, lieApart, type PlacedCluster } from './own-places.ts';
import { showOwnThings } from './own-things.ts';
import { type ApartStatistic, setsApart } from './sets-apart.ts';
import { recipientsOfParts } from './transplants.ts';
import { type Asking, type Outcome, tryChanges } from './trial.ts';
import { type TriedImage, triedImages } from './tried-image.ts';
import { fewest, mostOfATrial, ordinaryMistakes, tryCluster, underParts } from './try-cluster.ts';
import { hasCause } from './verdict.ts';

/** Images of a cluster that are tried, and correct images that say what is usual. */
const members = 10;
const usual = 44;

/** Pictures that are asked about at most, so that nothing begins that cannot be ended. */
const mostOfTheBackground = ordinaryMistakes * (1 + underParts);
const mostOfProofs = 4 * members;
/** Each image as it is, and under two places, each covered in two ways and held against three others. */
const mostOfPlaces = 2 * members * (1 + 2 * 5);

export interface TesterParts extends Asking {
  sample: Sample;
  /** Of the sample's images, for their predicted classes. */
  deepest: EvidenceRows;
  /** Pictures that the network may be asked about, in all. */
  most: number;
}

/** Correct images of other classes than one that lend what a mistake would, where there are hardly any mistakes. */
const further = 10;

/** What is known of the run's images whatever the cluster: read and tried once. */
interface Background {
  correct: TriedImage[];
  measurements: Measurements[];
  mistakes: TriedImage[];
  /** Of changes that are the same for all clusters. */
  outcomes: Map<Change, Outcome[]>;
}

export class ClusterTester {
  readonly #parts: TesterParts;
  #background: Background | null = null;
  /** By their images: a second search finds most of them again. */
  readonly #tested = new Map<string, UnrankedCluster>();
  /** What was tried of each. */
  readonly #changes = new Map<string, Change[]>();
  readonly #ownPlaces = new Map<string, boolean>();
  /** Correct images of other classes, by the class. */
  readonly #others = new Map<number, TriedImage[]>();
  /** Clusters that were left out for want of questions. */
  untested = 0;

  constructor(parts: TesterParts) {
    this.#parts = parts;
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
    const pair = JSON.stringify([one.images, other.images].sort());
    const known = this.#ownPlaces.get(pair);
    if (known !== undefined) return known;
    const placed = await this.#placed(one, other);
    if (placed === null || !lieApart(placed[0].mask, placed[1].mask) || !this.#mayAsk(mostOfPlaces)) return false;
    const answer = await haveOwnPlaces(...placed, this.#parts);
    this.#ownPlaces.set(pair, answer);
    return answer;
  }

  /**
   * Whether two clusters of one class show two things that look unlike, each at a place of its own; false where that could not be asked.
   * @throws StoreError
   */
  async areTwoThings(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    const placed = await this.#placed(one, other);
    return placed !== null && showOwnThings(...placed) && this.haveOwnPlaces(one, other);
  }

  /** Null where one has no place. */
  async #placed(one: UnrankedCluster, other: UnrankedCluster): Promise<[PlacedCluster, PlacedCluster] | null> {
    const { network } = this.#parts;
    const [mask, otherMask] = [sharedMask(one, network), sharedMask(other, network)];
    if (mask === null || otherMask === null) return null;
    return [
      { images: await this.#membersOf(one), mask },
      { images: await this.#membersOf(other), mask: otherMask },
    ];
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
    const into = (await this.#correctOfOthers(cluster.predicted)).slice(0, members);
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
    if (this.#background === null && !this.#mayAsk(mostOfTheBackground + mostOfATrial(members, 0))) return null;
    const background = await this.#read();
    const own = await this.#membersOf(cluster);
    const apart = await this.#apart(cluster, own);
    const looks = new Map(
      [...apart.map((one) => [one]), ...(apart.length > 1 ? [apart] : [])].map((moved) => [
        lookChange(moved.map(({ values }) => values)),
        moved.map(({ means }) => means),
      ]),
    );
    if (!this.#mayAsk(mostOfATrial(members, looks.size))) return null;
    const changes: Change[] = [...generalChanges, ...placesOf(cluster, network), ...looks.keys()];
    this.#changes.set(nameOf(cluster), changes);
    // Mistakes for the same class may have the same cause.
    const mistakes = background.mistakes.filter(({ predicted }) => predicted !== cluster.predicted);
    const ordinaryOutcomes = (change: Change) =>
      (background.outcomes.get(change) ?? []).filter(({ image }) => image.predicted !== cluster.predicted);
    const correct = () => this.#correctOfOthers(cluster.predicted);
    return tryCluster({ cluster, own, mistakes, changes, looks, ordinaryOutcomes, correct }, this.#parts);
  }

  /** Statistics that set the members apart from correct images of other classes: the class's own may have the same cause as its mistakes, and be most of what is correct. */
  async #apart({ predicted }: UnrankedCluster, own: readonly TriedImage[]): Promise<ApartStatistic[]> {
    const { correct, measurements } = await this.#read();
    const others = measurements.filter((_, i) => at(correct, i).label !== predicted);
    const ofMembers = await Promise.all(own.map(({ picture }) => this.#parts.changer.measure(picture)));
    return setsApart(ofMembers, others.length < fewest ? measurements : others);
  }

  async #read(): Promise<Background> {
    if (this.#background !== null) return this.#background;
    const { sample, deepest, network, changer } = this.#parts;
    const [right, wrong] = [sample.filter(isCorrect), sample.filter((image) => !isCorrect(image))];
    const correct = await triedImages(systematicSample(right, usual), deepest, network);
    const mistakes = await triedImages(systematicSample(wrong, ordinaryMistakes), deepest, network);
    const measurements = await Promise.all(correct.map(({ picture }) => changer.measure(picture)));
    const outcomes = await tryChanges(mistakes, generalChanges, this.#parts);
    this.#background = { correct, mistakes, measurements, outcomes };
    return this.#background;
  }

  /** Correct images of other classes: of those that say what is usual, or where most of them are of this class, as many more. */
  async #correctOfOthers(predicted: number): Promise<TriedImage[]> {
    const known = this.#others.get(predicted);
    if (known !== undefined) return known;
    const { sample, deepest, network } = this.#parts;
    const isOther = ({ label }: SampledImage) => label !== predicted;
    const usualOnes = (await this.#read()).correct.filter(isOther);
    const enough = usualOnes.length >= recipientsOfParts + fewest;
    const images = enough
      ? usualOnes
      : await triedImages(
          systematicSample(
            sample.filter((image) => isCorrect(image) && isOther(image)),
            recipientsOfParts + further,
          ),
          deepest,
          network,
        );
    this.#others.set(predicted, images);
    return images;
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
