/** Clusters and the network: opened when there is something to ask, and done without where it is not at hand. */

import { UserError } from '../../explain/user-error.ts';
import type { Network } from '../../interventions/network.ts';
import { StoreError } from '../../shared/store/store.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { sampleOf } from '../clusters/sample.ts';
import type { EvidenceOf } from '../gaps/find-clusters-and-gaps.ts';
import type { ClusterTests } from '../gaps/tested-clusters.ts';
import { ClusterTester } from './cluster-tester.ts';
import type { DrawnProofs } from './draw-proofs.ts';
import { PictureChanger } from './picture-changer.ts';

export interface NetworkAccess {
  /** Pictures that it may be asked about; null: as many as the run's settings say. */
  most: number | null;
  /** @returns null where it takes no colours @throws UserError, StoreError where it is not at hand */
  open(): Promise<Network | null>;
  /** Whether a report without its answers is no report. */
  isRequired: boolean;
}

export interface NetworkToAsk extends NetworkAccess {
  most: number;
}

export class AskedClusters implements ClusterTests, AsyncDisposable {
  readonly notes: string[] = [];
  readonly #own: EvidenceOf;
  readonly #ask: NetworkToAsk | null;
  #changer: PictureChanger | null = null;
  /** Undefined until there is a cluster; null where the network is not at hand. */
  #tester: ClusterTester | null | undefined;

  constructor(own: EvidenceOf, ask: NetworkToAsk | null) {
    this.#own = own;
    this.#ask = ask;
  }

  /** @throws UserError where the network is required and not at hand; StoreError */
  async test(clusters: UnrankedCluster[]): Promise<UnrankedCluster[]> {
    if (clusters.length === 0 || this.#ask === null || this.#ask.most === 0) return clusters;
    this.#tester ??= await this.#open(this.#ask);
    if (this.#tester === null) return clusters;
    const before = this.#tester.untested;
    const tested = await this.#tester.test(clusters);
    const left = this.#tester.untested - before;
    if (left > 0) {
      this.notes.push(
        `The network was asked about ${this.#ask.most} changed pictures, as many as were allowed; ${left} clusters were not tested. Allow more with --interventions.`,
      );
    }
    return tested;
  }

  /** @throws StoreError */
  async haveOneCause(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    return this.#tester ? this.#tester.pairs.haveOneCause(one, other) : false;
  }

  mayHide(cluster: UnrankedCluster): boolean {
    return this.#tester ? this.#tester.mayHide(cluster) : false;
  }

  /** @throws StoreError */
  async areTwoThings(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean> {
    return this.#tester ? this.#tester.pairs.areTwoThings(one, other) : false;
  }

  /** @throws StoreError */
  async marked(cluster: UnrankedCluster): Promise<number[] | null> {
    return this.#tester ? this.#tester.marked(cluster) : null;
  }

  /** @throws StoreError */
  async furtherMarked(cluster: UnrankedCluster, rows: readonly number[]): Promise<number[]> {
    return this.#tester ? this.#tester.marks.further(cluster, rows) : [];
  }

  /** @throws StoreError */
  async lookingAlike(
    cluster: UnrankedCluster,
    own: readonly number[],
    others: readonly number[],
  ): Promise<number[] | null> {
    return this.#tester ? this.#tester.lookingAlike(cluster, own, others) : null;
  }

  /** @throws StoreError */
  async furtherImages(cluster: UnrankedCluster, rows: readonly number[]): Promise<number[]> {
    return this.#tester ? this.#tester.furtherImages(cluster, rows) : [];
  }

  /** @throws StoreError */
  async prove(cluster: UnrankedCluster): Promise<DrawnProofs | null> {
    return this.#tester ? this.#tester.prove(cluster) : null;
  }

  async #open(ask: NetworkToAsk): Promise<ClusterTester | null> {
    const { run, seen, maps } = this.#own;
    const [deepest] = maps.predicted;
    if (deepest === undefined) return null;
    try {
      const network = await ask.open();
      if (network === null) {
        this.notes.push('Causes were not tested on the network: its pictures have bands instead of colours.');
        return null;
      }
      this.#changer = new PictureChanger();
      const sample = sampleOf(run, seen);
      return new ClusterTester({ sample, deepest, network, changer: this.#changer, most: ask.most });
    } catch (error) {
      if (ask.isRequired || !(error instanceof UserError || error instanceof StoreError)) throw error;
      this.notes.push(
        `Causes were not tested on the network, so they are claimed from margins alone: ${error.message}`,
      );
      return null;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#changer?.[Symbol.asyncDispose]();
  }
}
