/** Asks the network of each cluster whether its images get another answer without what they may share. */

import { at } from '../../explain/at.ts';
import { brightRegion, type Mask } from '../../interventions/mask.ts';
import type { Network } from '../../interventions/network.ts';
import type { Statistic } from '../../interventions/statistics/statistic.ts';
import { statistics } from '../../interventions/statistics/statistics.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { mean, rounded, sum } from '../clusters/numbers.ts';
import { centroid, difference, type Point } from '../clusters/points.ts';
import { isCorrect, type Sample, type SampledImage } from '../clusters/sample.ts';
import type { TestedChange } from '../contract.ts';
import type { EvidenceRows } from '../read/evidence.ts';
import {
  borderChanges,
  type Change,
  lent,
  measured,
  place,
  type StatisticValues,
  seen,
  sharedRegion,
  statisticChange,
} from './change.ts';
import { type DrawnProofs, drawProofs, mostProved } from './draw-proofs.ts';
import { haveOwnPlaces, lieApart } from './own-places.ts';
import { rankSumPValue } from './rank-sum.ts';
import { signedRankPValue } from './signed-rank.ts';
import { fallOf, marginOf, type Outcome, tryChanges } from './trial.ts';
import { type TriedImage, triedImages } from './tried-image.ts';
import { hasCause, isOfOneThing, lost, mayBeCause, strongestFirst } from './verdict.ts';
import { causeInWords, type StatisticMeans } from './words.ts';

/** Images of a cluster that are tried, ordinary mistakes that they are held against, and correct images that say what is usual. */
const members = 10;
const ordinary = 18;
const usual = 44;
/** Of the ordinary mistakes, those whose statistics are moved as a cluster's are. */
const movedMistakes = 8;
/** Fewer are no cluster to test. */
const fewest = 5;
/** Standard deviations by which a cluster's statistic lies from that of correct images before it is worth a trial. */
const leastDeviation = 0.5;
/** Images that get a part of a cluster's, each another one, and the same part of a mistake that it is held against. */
const recipients = 20;
/** Of changes of a part of the picture, one of a thing and one of an edge are transplanted, too: those that take the most of the margin. */
const transplants = 2;

/** Pictures that are asked about at most, so that no test begins that cannot be ended: of one image under all changes of a part, and under one of the whole. */
const underParts = 14;
const underWhole = 2;
/** Each statistic by itself, and all that set images apart at once. */
const wholeChanges = statistics.length + 1;
const mostOfAnImage = 1 + underParts + underWhole * wholeChanges;
/** Of a cluster: its images, the mistakes that its changes are held against, and what is transplanted. */
const mostOfATest =
  members * mostOfAnImage +
  movedMistakes * (1 + underWhole * wholeChanges) +
  (transplants + wholeChanges) * 2 * recipients;
const mostOfTheBackground = ordinary * (1 + underParts);
const mostOfProofs = 4 * members;
/** Each image as it is, and under two places, each covered in two ways and held against three others. */
const mostOfPlaces = 2 * members * (1 + 2 * 5);

export interface TesterParts {
  sample: Sample;
  /** Of the sample's images, for their predicted classes. */
  deepest: EvidenceRows;
  network: Network;
  /** Pictures that the network may be asked about, in all. */
  most: number;
}

/** Correct images of other classes than one that lend what a mistake would, where there are hardly any mistakes. */
const further = 10;

/** What is known of the run's images whatever the cluster: read and tried once. */
interface Background {
  correct: TriedImage[];
  values: Map<Statistic, number[][]>;
  mistakes: TriedImage[];
  /** Of changes that are the same for all clusters. */
  outcomes: Map<Change, Outcome[]>;
}

/** Changes that need nothing of the cluster. */
const general: readonly Change[] = [seen, ...borderChanges];

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
    if (!this.#mayAsk(mostOfATest + (this.#background === null ? mostOfTheBackground : 0))) {
      this.untested += 1;
      return cluster;
    }
    const tests = await this.#tests(cluster);
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
   * Whether two clusters of one class show two things, each at a place of its own; false where that could not be asked.
   * @throws StoreError
   */
  async haveOwnPlaces(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    const { network } = this.#parts;
    const pair = JSON.stringify([one.images, other.images].sort());
    const known = this.#ownPlaces.get(pair);
    if (known !== undefined) return known;
    const [mask, otherMask] = [sharedMask(one, network), sharedMask(other, network)];
    if (mask === null || otherMask === null || !lieApart(mask, otherMask) || !this.#mayAsk(mostOfPlaces)) return false;
    const placed = { images: await this.#membersOf(one), mask };
    const answer = await haveOwnPlaces(placed, { images: await this.#membersOf(other), mask: otherMask }, network);
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
    const into = (await this.#correctOfOthers(cluster.predicted)).slice(0, members);
    const drawn = await drawProofs(change, own, into, cluster.predicted, this.#parts.network);
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

  async #tests(cluster: UnrankedCluster): Promise<TestedChange[]> {
    const { network } = this.#parts;
    const { correct, values, mistakes, outcomes: ordinaryOutcomes } = await this.#read();
    const own = await this.#membersOf(cluster);
    // Mistakes for the same class may have the same cause.
    const others = mistakes.filter(({ predicted }) => predicted !== cluster.predicted);
    const changes = [...general, ...placesOf(cluster, network)];
    const directions = new Map<Change, StatisticMeans[]>();
    const apart: (StatisticValues & { means: StatisticMeans })[] = [];
    for (const statistic of statistics) {
      const ofMembers = own.map(({ picture }) => measured(statistic, picture));
      const ofCorrect = usualOf(values.get(statistic) ?? [], correct, cluster.predicted);
      const far = leastAlike(statistic, ofMembers, ofCorrect);
      if (far === null) continue;
      const { deviations, usual } = far;
      const means = { statistic, own: centroid(ofMembers), usual: centroid(ofCorrect), deviations };
      apart.push({ statistic, usual, own: ofMembers, means });
    }
    for (const moved of [...apart.map((one) => [one]), ...(apart.length > 1 ? [apart] : [])]) {
      const change = statisticChange(moved);
      directions.set(
        change,
        moved.map(({ means }) => means),
      );
      changes.push(change);
    }
    this.#changes.set(nameOf(cluster), changes);
    const outcomes = await tryChanges(own, changes, network);
    const moved = await tryChanges(others.slice(0, movedMistakes), [...directions.keys()], network);
    const compared = (change: Change) =>
      moved.get(change) ??
      (ordinaryOutcomes.get(change) ?? []).filter(({ image }) => image.predicted !== cluster.predicted);
    const tests = changes.flatMap((change) => {
      const tried = outcomes.get(change) ?? [];
      if (tried.length < fewest) return [];
      const moved = directions.get(change) ?? [];
      const words = causeInWords(change.kind, cluster.place, moved);
      const isRemovable = moved.every(({ statistic, own, usual }) => statistic.isLost?.(own, usual) !== true);
      const tested = { kind: change.kind, words, isRemovable };
      return [{ change, test: testedChange(tested, tried, compared(change)) }];
    });
    const local = tests.filter(({ change }) => !directions.has(change)).sort((a, b) => lost(b.test) - lost(a.test));
    const whole = tests.filter(({ change, test }) => directions.has(change) && mayBeCause(test));
    const [thing, edge] = [true, false].map((isThing) => local.find(({ test }) => isOfOneThing(test.kind) === isThing));
    const lending = [thing, edge, ...whole].filter((one) => one !== undefined);
    const into = lending.length === 0 ? [] : await this.#correctOfOthers(cluster.predicted);
    for (const { change, test } of lending) {
      test.transplanted = await this.#transplant(cluster, change, own, others, into);
    }
    return strongestFirst(
      cluster,
      tests.map(({ test }) => test),
    );
  }

  async #read(): Promise<Background> {
    if (this.#background !== null) return this.#background;
    const { sample, deepest, network } = this.#parts;
    const [right, wrong] = [sample.filter(isCorrect), sample.filter((image) => !isCorrect(image))];
    const correct = await triedImages(systematicSample(right, usual), deepest, network);
    const mistakes = await triedImages(systematicSample(wrong, ordinary), deepest, network);
    const values = new Map(
      statistics.map((statistic) => [statistic, correct.map(({ picture }) => measured(statistic, picture))]),
    );
    const outcomes = await tryChanges(mistakes, general, network);
    this.#background = { correct, mistakes, values, outcomes };
    return this.#background;
  }

  /** Correct images of other classes: of those that say what is usual, or where most of them are of this class, as many more. */
  async #correctOfOthers(predicted: number): Promise<TriedImage[]> {
    const known = this.#others.get(predicted);
    if (known !== undefined) return known;
    const { sample, deepest, network } = this.#parts;
    const isOther = ({ label }: SampledImage) => label !== predicted;
    const usualOnes = (await this.#read()).correct.filter(isOther);
    const enough = usualOnes.length >= recipients + fewest;
    const images = enough
      ? usualOnes
      : await triedImages(
          systematicSample(
            sample.filter((image) => isCorrect(image) && isOther(image)),
            recipients + further,
          ),
          deepest,
          network,
        );
    this.#others.set(predicted, images);
    return images;
  }

  /**
   * Puts what the members may share into correct images of other classes, and the same part of other mistakes; where nearly all mistakes are for one class, that of further correct
   * images.
   * @param correct of other classes
   */
  async #transplant(
    { predicted }: UnrankedCluster,
    change: Change,
    own: readonly TriedImage[],
    others: readonly TriedImage[],
    correct: readonly TriedImage[],
  ): Promise<TestedChange['transplanted']> {
    const { network } = this.#parts;
    const into = correct.slice(0, recipients);
    const donors = others.length < fewest ? correct.slice(recipients) : others;
    if (into.length < fewest || donors.length < fewest) return null;
    const pairs = into.flatMap((recipient, i) => {
      const given = lent(change, at(own, i % own.length), recipient);
      const control = lent(change, at(donors, i % donors.length), recipient);
      return given === null || control === null ? [] : [{ recipient, given, control }];
    });
    if (pairs.length < fewest) return null;
    const answers = await network.ask(pairs.flatMap(({ given, control }) => [given, control]));
    const given = pairs.map((_, i) => at(answers, 2 * i));
    const control = pairs.map((_, i) => at(answers, 2 * i + 1));
    const taken = (answers: readonly Float32Array[]) =>
      rounded(mean(answers.map((scores) => Number(isFor(predicted, scores)))));
    const differences = pairs.map(({ recipient: { label } }, i) => {
      const classes = { predicted, label };
      return marginOf(classes, at(given, i)) - marginOf(classes, at(control, i));
    });
    const chance = signedRankPValue(differences);
    return { images: pairs.length, taken: taken(given), control: taken(control), chance };
  }
}

function isFor(label: number, scores: Float32Array): boolean {
  return scores.indexOf(Math.max(...scores)) === label;
}

function testedChange(
  tested: Pick<TestedChange, 'kind' | 'words' | 'isRemovable'>,
  tried: readonly Outcome[],
  compared: readonly Outcome[],
): TestedChange {
  const falls = tried.map(fallOf);
  const ordinaryFalls = compared.map(fallOf);
  const elsewhere = tried.flatMap(({ returnedElsewhere }) => returnedElsewhere ?? []);
  // One place is no ordinary mistake's: it is held against the same shape elsewhere.
  const against = compared.length > 0 ? ordinaryFalls : falls.map(() => 0);
  return {
    ...tested,
    images: tried.length,
    margin: rounded(mean(tried.map(({ before }) => before))),
    fall: rounded(mean(falls)),
    ordinaryFall: compared.length === 0 ? null : rounded(mean(ordinaryFalls)),
    returned: rounded(mean(tried.map(({ returned }) => returned))),
    returnedElsewhere: elsewhere.length === 0 ? null : rounded(mean(elsewhere)),
    ordinaryReturned: compared.length === 0 ? null : rounded(mean(compared.map(({ returned }) => returned))),
    chance: rankSumPValue(falls, against),
    transplanted: null,
  };
}

function nameOf({ images }: UnrankedCluster): string {
  return JSON.stringify(images);
}

function placesOf(cluster: UnrankedCluster, network: Network): Change[] {
  const mask = sharedMask(cluster, network);
  return mask === null ? [] : [place(mask)];
}

/** Null where the members' maps have no place in common. */
function sharedMask({ heatmap }: UnrankedCluster, { size }: Network): Mask | null {
  const side = Math.sqrt(heatmap.length);
  return side === 0 ? null : brightRegion({ values: heatmap, height: side, width: side }, size, sharedRegion);
}

/** Values of correct images of other classes: the class's own may have the same cause as its mistakes, and be most of what is correct. */
function usualOf(values: readonly number[][], correct: readonly TriedImage[], predicted: number): readonly number[][] {
  const others = values.filter((_, i) => at(correct, i).label !== predicted);
  return others.length < fewest ? values : others;
}

/**
 * Values of the third of the correct images that has least of what sets the members apart, and by how many standard deviations it does; null where nothing does.
 */
function leastAlike(
  statistic: Statistic,
  own: readonly Point[],
  correct: readonly number[][],
): { usual: number[][]; deviations: number } | null {
  if (own.length === 0 || correct.length < fewest) return null;
  const middle = centroid(correct);
  const direction = difference(centroid(own), middle);
  const along = (point: Point) => sum(point.map((value, i) => (value - at(middle, i)) * at(direction, i)));
  const places = correct.map(along);
  const spreadOf = Math.sqrt(mean(places.map((value) => value ** 2)));
  // Correct images may all have the same.
  const far = mean(own.map(along));
  if (!(far > 0) || far < leastDeviation * spreadOf) return null;
  if (statistic.isPresence && sum(centroid(own)) < sum(middle)) return null;
  const count = Math.max(fewest, Math.floor(correct.length / 3));
  const usual = [...correct].sort((a, b) => along(a) - along(b)).slice(0, count);
  return { usual, deviations: far / Math.max(spreadOf, 1e-9) };
}
