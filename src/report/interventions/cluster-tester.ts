/** Asks the network of each cluster whether its images get another answer without what they may share. */

import { at } from '../../explain/at.ts';
import type { Network } from '../../interventions/network.ts';
import { systematicSample } from '../clusters/choose-images.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { rowOf } from '../clusters/sample.ts';
import type { TestedChange } from '../contract.ts';
import { askMore, moreMembers, mostOfMore, worthMore } from './ask-more.ts';
import { type Change, generalChanges, isLookChange, lookChange } from './change.ts';
import { ClusterLooks } from './cluster-looks.ts';
import { ClusterMarks } from './cluster-marks.ts';
import { type DrawnProofs, drawProofs, mostProved } from './draw-proofs.ts';
import { furtherImages, tellsImages } from './further-images.ts';
import { type LocatedCause, locatedCause } from './located-cause.ts';
import { OrdinaryImages, type OrdinaryParts } from './ordinary-images.ts';
import { PairTester } from './pair-tester.ts';
import { setsApart } from './sets-apart.ts';
import { sharedMask } from './shared-mask.ts';
import { moreRecipients, recipientsOfLooks } from './transplants.ts';
import type { Asking } from './trial.ts';
import { type TriedImage, triedImages } from './tried-image.ts';
import { type ClusterTrial, fewest, members, mostOfATrial, tryCluster, underACause } from './try-cluster.ts';
import { evidenceOf, hasCause, isLeftOpen, mayHide, strongestFirst } from './verdict.ts';

/** Pictures that are asked about at most, so that nothing begins that cannot be ended. */
const mostOfProofs = 4 * members;
/** Of a class's mistakes outside its clusters; where there are more, asking them all costs more than it finds. */
const mostFurther = 60;

export interface TesterParts extends Asking, OrdinaryParts {
  /** Pictures that the network may be asked about, in all. */
  most: number;
}

export class ClusterTester {
  readonly #parts: TesterParts;
  readonly #ordinary: OrdinaryImages;
  /** By their images: a second search finds most of them again. */
  readonly #tested = new Map<string, UnrankedCluster>();
  /** What was tried, by what came of it: a cluster that has got further images keeps its tests. */
  readonly #changes = new WeakMap<readonly TestedChange[], readonly Change[]>();
  /** What clusters' images have in common pixel by pixel. */
  readonly marks: ClusterMarks;
  readonly #looks: ClusterLooks;
  /** Two clusters beside each other. */
  readonly pairs: PairTester;
  /** Clusters that were left out for want of questions. */
  untested = 0;

  constructor(parts: TesterParts) {
    this.#parts = parts;
    this.#ordinary = new OrdinaryImages(parts);
    this.marks = new ClusterMarks({ changer: parts.changer, read: (rows) => this.#triedImages(rows) });
    this.#looks = new ClusterLooks({
      ...parts,
      read: (rows) => this.#triedImages(rows),
      usual: (predicted) => this.#ordinary.usual(predicted),
    });
    this.pairs = new PairTester({
      ...parts,
      marks: this.marks,
      mayAsk: (pictures) => this.#mayAsk(pictures),
      membersOf: (cluster) => this.#membersOf(cluster),
      causeOf: (cluster) => this.#causeOf(cluster),
    });
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

  /** Whether a tested cluster without a claim is large and sure enough for halves that have one. Half of the questions are kept for what is claimed. */
  mayHide(cluster: UnrankedCluster): boolean {
    const { asked } = this.#parts.network;
    return cluster.grounds === 'interventions' && mayHide(cluster) && 2 * asked <= this.#parts.most;
  }

  /** Whether so many pictures are left, beside those of the proofs of what has been claimed and of one more. */
  #mayAsk(pictures: number): boolean {
    const claimed = [...this.#tested.values()].filter((cluster) => cluster.claimed).length;
    const proofs = Math.min(claimed + 1, mostProved) * mostOfProofs;
    return this.#parts.network.asked + proofs + pictures <= this.#parts.most;
  }

  /** Whether as many pictures are left as trying a cluster may take. */
  #mayTry({ predicted }: UnrankedCluster, looks: number): boolean {
    return this.#mayAsk(this.#ordinary.mostOf(predicted) + mostOfATrial(members, looks));
  }

  /**
   * The strongest change of a tested cluster in pictures; null for another one, and where no more pictures may be asked about.
   * @throws StoreError
   */
  async prove(cluster: UnrankedCluster): Promise<DrawnProofs | null> {
    const [strongest] = cluster.tests;
    const change = this.#strongestChange(cluster);
    if (strongest === undefined || change === null) return null;
    if (this.#parts.network.asked + mostOfProofs > this.#parts.most) return null;
    const own = await this.#membersOf(cluster);
    const into = await this.#ordinary.recipients(cluster, members);
    const drawn = await drawProofs(change, own, into, cluster.predicted, this.#parts);
    return strongest.isRemovable ? drawn : { ...drawn, removed: [] };
  }

  /**
   * Those of further mistakes for a cluster's class that have its cause, too; none where single answers do not tell, or too many would have to be asked.
   * @param rows of the sample
   * @throws StoreError
   */
  async furtherImages(cluster: UnrankedCluster, rows: readonly number[]): Promise<number[]> {
    const cause = this.#causeOf(cluster);
    if (!cluster.claimed || cause === null || !tellsImages(cause)) return [];
    if (rows.length > mostFurther || !this.#mayAsk(rows.length * underACause)) return [];
    return (await furtherImages(cause, await this.#triedImages(rows), this.#parts)).map(rowOf);
  }

  /**
   * Those of the mistakes for a claimed cluster's class that look as most of its own images do, where that is its cause; null where it is not, and where too many would have to be looked at.
   * Nothing of that is asked of the network.
   * @param own rows of the sample, the cluster's
   * @param others further mistakes for its class
   * @throws StoreError
   */
  async lookingAlike(
    cluster: UnrankedCluster,
    own: readonly number[],
    others: readonly number[],
  ): Promise<number[] | null> {
    const change = this.#strongestChange(cluster);
    const isLook = cluster.claimed && change !== null && isLookChange(change);
    return isLook ? this.#looks.alike(change, cluster.predicted, own, others) : null;
  }

  /**
   * Those of a tested cluster's images that have one mark; null where it cannot be said of any, and where no more can be asked about them.
   * @throws StoreError
   */
  async marked(cluster: UnrankedCluster): Promise<number[] | null> {
    return cluster.grounds === 'interventions' && this.#mayTry(cluster, 0) ? this.marks.marked(cluster) : null;
  }

  #changesOf({ tests }: UnrankedCluster): readonly Change[] {
    return this.#changes.get(tests) ?? [];
  }

  #strongestChange(cluster: UnrankedCluster): Change | null {
    const [strongest] = cluster.tests;
    return this.#changesOf(cluster).find(({ kind }) => kind === strongest?.kind) ?? null;
  }

  #causeOf(cluster: UnrankedCluster): LocatedCause | null {
    return locatedCause(cluster.tests, this.#changesOf(cluster));
  }

  #membersOf({ rows }: UnrankedCluster): Promise<TriedImage[]> {
    return this.#triedImages(systematicSample(rows, members));
  }

  #triedImages(rows: readonly number[]): Promise<TriedImage[]> {
    const { sample, deepest, network } = this.#parts;
    return triedImages(
      rows.map((row) => at(sample, row)),
      deepest,
      network,
    );
  }

  /** Null where fewer pictures are left than it may take. */
  async #tests(cluster: UnrankedCluster): Promise<TestedChange[] | null> {
    const { network } = this.#parts;
    const { predicted } = cluster;
    if (!this.#mayTry(cluster, 0)) return null;
    const own = await this.#membersOf(cluster);
    const ofMembers = await Promise.all(own.map(({ picture }) => this.#parts.changer.measure(picture)));
    const apart = setsApart(ofMembers, await this.#ordinary.usual(predicted));
    const looks = new Map(
      [...apart.map((one) => [one]), ...(apart.length > 1 ? [apart] : [])].map((moved) => [
        lookChange(moved.map(({ values }) => values)),
        moved.map(({ means }) => means),
      ]),
    );
    if (!this.#mayTry(cluster, looks.size)) return null;
    const marks = await this.marks.own(cluster);
    const parts = [...generalChanges, ...placesOf(cluster, network), ...(marks === null ? [] : [marks])];
    const changes: Change[] = [...parts, ...looks.keys()];
    const { mistakes, outcomes } = await this.#ordinary.mistakes(predicted);
    const ordinaryOutcomes = (change: Change) => outcomes.get(change) ?? [];
    let recipients: Promise<TriedImage[]> | undefined;
    const correct = () => (recipients ??= this.#ordinary.recipients(cluster, recipientsOfLooks));
    const trial = { cluster, own, mistakes, changes, looks, ordinaryOutcomes, correct };
    const asked = await this.#askMore(trial, cluster, await tryCluster(trial, this.#parts));
    const tests = await this.#lookAtRun(cluster, asked, changes);
    this.#changes.set(tests, changes);
    return tests;
  }

  /** With what the run itself says of the look that comes nearest to a cause, where the answers leave it open. */
  async #lookAtRun(
    cluster: UnrankedCluster,
    tests: TestedChange[],
    changes: readonly Change[],
  ): Promise<TestedChange[]> {
    if (hasCause(cluster, tests)) return tests;
    const open = tests.filter((test) => isLeftOpen(cluster, test));
    const [test] = open.sort((a, b) => evidenceOf(cluster, b) - evidenceOf(cluster, a));
    const change = changes.find(({ kind }) => kind === test?.kind);
    if (test === undefined || change === undefined || !isLookChange(change)) return tests;
    const seen = { ...test, inRun: await this.#looks.inRun(change, cluster) };
    return strongestFirst(
      cluster,
      tests.map((one) => (one === test ? seen : one)),
    );
  }

  /** With more of the cluster's images, where what is no cause yet may be one by them. */
  async #askMore(trial: ClusterTrial, cluster: UnrankedCluster, tests: TestedChange[]): Promise<TestedChange[]> {
    const test = worthMore(cluster, tests);
    const change = trial.changes.find(({ kind }) => kind === test?.kind);
    if (test === null || change === undefined || !this.#mayAsk(mostOfMore)) return tests;
    const own = await this.#triedImages(systematicSample(cluster.rows, moreMembers));
    const correct = () => this.#ordinary.recipients(cluster, moreRecipients(change));
    return askMore({ ...trial, own, correct }, change, test, tests, this.#parts);
  }
}

function nameOf({ images }: UnrankedCluster): string {
  return JSON.stringify(images);
}

function placesOf(cluster: UnrankedCluster, network: Network): Change[] {
  const mask = sharedMask(cluster, network);
  return mask === null ? [] : [{ kind: 'place', mask }];
}
