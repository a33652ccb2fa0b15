/** Clusters after the network has been asked: what is claimed of them, and which images belong together. */

import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { type FoundClusters, halveCluster, joinClusters, mistakesFor, withRows } from '../clusters/find-clusters.ts';
import type { SeenMaps } from '../clusters/sample.ts';
import type { DrawnProofs } from '../interventions/draw-proofs.ts';
import { explains, isOfOneThing } from '../interventions/verdict.ts';

/** What is found out about clusters beyond what the run has kept. */
export interface ClusterTests {
  test(clusters: UnrankedCluster[]): Promise<UnrankedCluster[]>;
  /** Whether two clusters have one cause. */
  haveOneCause(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean>;
  /** Whether a cluster without a claim may hold images with a cause, and others that hide it. */
  mayHide(cluster: UnrankedCluster): boolean;
  /** Whether two clusters of one class have their causes in two places, and what they show there looks unlike. */
  areTwoThings(one: UnrankedCluster, other: UnrankedCluster): Promise<boolean>;
  /** Rows of those of a cluster's images that have the same marks; null where it cannot be said of any. */
  marked(cluster: UnrankedCluster): Promise<number[] | null>;
  /** Those of further mistakes for a cluster's class that have the marks of its images. */
  furtherMarked(cluster: UnrankedCluster, rows: readonly number[]): Promise<number[]>;
  /** Those of a cluster's own images and of further mistakes for its class that look alike, where their look is its cause; null where it is not. */
  lookingAlike(cluster: UnrankedCluster, own: readonly number[], others: readonly number[]): Promise<number[] | null>;
  /** Those that have its cause, as the network answers. */
  furtherImages(cluster: UnrankedCluster, rows: readonly number[]): Promise<number[]>;
  /** Pictures of what was found out; null where nothing was. */
  prove(cluster: UnrankedCluster): Promise<DrawnProofs | null>;
}

/** The network is not at hand. */
export const untested: ClusterTests = {
  test: async (clusters) => clusters,
  haveOneCause: async () => false,
  mayHide: () => false,
  areTwoThings: async () => false,
  marked: async () => null,
  furtherMarked: async () => [],
  lookingAlike: async () => null,
  furtherImages: async () => [],
  prove: async () => null,
};

/** Whether a cause is claimed because of the network's answers. */
function hasTestedCause({ grounds, claimed }: UnrankedCluster): boolean {
  return grounds === 'interventions' && claimed;
}

/**
 * Clusters with what the network says of them: two that have one cause are one, one that has two is two, images that have the cause of one are in it, and where only those with the same marks
 * have a cause they are a cluster of their own.
 */
export async function testedClusters(
  found: FoundClusters,
  maps: SeenMaps,
  tests: ClusterTests,
): Promise<UnrankedCluster[]> {
  let clusters = await parted(await tests.test(found.clusters), found, maps, tests);
  // A claimed cluster is asked about once it is whole.
  clusters = await markedApart(clusters, found, maps, tests, (cluster) => !cluster.claimed || isOfMarks(cluster));
  clusters = await joined(clusters, found, maps, tests);
  clusters = await markedApart(clusters, found, maps, tests);
  return completed(await joined(clusters, found, maps, tests), found, maps, tests);
}

/** Clusters that have one cause, as one. */
async function joined(
  clusters: readonly UnrankedCluster[],
  found: FoundClusters,
  maps: SeenMaps,
  tests: ClusterTests,
): Promise<UnrankedCluster[]> {
  let left = [...clusters];
  for (;;) {
    const pair = await joinedPair(left, found, maps, tests);
    if (pair === null) return left;
    left = [...left.filter((cluster) => !pair.parts.includes(cluster)), pair.whole];
  }
}

/** Claimed clusters with all mistakes of their class that have their cause, and with no others where its look tells; other clusters without these. */
async function completed(
  clusters: readonly UnrankedCluster[],
  found: FoundClusters,
  maps: SeenMaps,
  tests: ClusterTests,
): Promise<UnrankedCluster[]> {
  const rowsOf = new Map(clusters.map((cluster) => [cluster, cluster.rows]));
  const claimed = clusters.filter((cluster) => cluster.claimed);
  const having = async (find: (cluster: UnrankedCluster, own: number[], others: number[]) => Promise<number[]>) => {
    for (const cluster of claimed) {
      const explained = new Set(claimed.flatMap((own) => rowsOf.get(own) ?? []));
      const others = mistakesFor(found, cluster.predicted).filter((row) => !explained.has(row));
      const rows = await find(cluster, rowsOf.get(cluster) ?? [], others);
      const taken = new Set(rows);
      for (const [own, before] of rowsOf)
        rowsOf.set(own, own === cluster ? rows : before.filter((row) => !taken.has(row)));
    }
  };
  // What can be seen first: covering one place may free an image from marks that lie there, too.
  await having(async (cluster, own, others) => [...own, ...(await tests.furtherMarked(cluster, others))]);
  await having(async (cluster, own, others) => {
    const alike = await tests.lookingAlike(cluster, own, others);
    return alike === null || withRows(found, maps, cluster, alike) === null ? own : alike;
  });
  await having(async (cluster, own, others) => [...own, ...(await tests.furtherImages(cluster, others))]);
  return clusters.flatMap((cluster) => {
    const rows = rowsOf.get(cluster) ?? [];
    if (areSame(rows, cluster.rows)) return [cluster];
    const changed = withRows(found, maps, cluster, rows);
    return changed === null ? [] : [withAnswersOf(cluster, changed)];
  });
}

/** Whether two lists hold the same rows, each once, in whatever order. */
function areSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && new Set([...one, ...other]).size === one.length;
}

/** Other images with what was said of a cluster, whose cause is theirs as well. */
function withAnswersOf({ tests, claimed, grounds }: UnrankedCluster, other: UnrankedCluster): UnrankedCluster {
  return { ...other, tests, claimed, grounds };
}

/**
 * Clusters that hold two causes, as two, where the network says so and claims a cause for each of them; and those of which nothing can be claimed while one of their halves has a cause: low light
 * and a pasted thing hide each other.
 */
async function parted(
  clusters: readonly UnrankedCluster[],
  found: FoundClusters,
  maps: SeenMaps,
  tests: ClusterTests,
): Promise<UnrankedCluster[]> {
  const parts: UnrankedCluster[] = [];
  for (const cluster of clusters) {
    const mayHoldTwo = cluster.claimed ? hasTestedCause(cluster) : tests.mayHide(cluster);
    const halves = mayHoldTwo ? halveCluster(found, maps, cluster) : null;
    if (halves === null || (cluster.claimed && !(await tests.areTwoThings(...halves)))) {
      parts.push(cluster);
      continue;
    }
    const tested = await tests.test(halves);
    const areTwo = cluster.claimed ? tested.every(hasTestedCause) : tested.some(hasTestedCause);
    parts.push(...(areTwo ? tested : [cluster]));
  }
  return parts;
}

/**
 * Clusters without a claim whose images with the same marks have one, as two: those, and what is left, which may have marks of its own. Where the marks are what is claimed, images without them
 * do not belong. What surrounds the middle may be claimed of a cluster in which a logo lies beside a frame: as two, where the cause of images with the marks is one thing, and that of those
 * without is none.
 * @param mayBeTwo of which clusters to ask
 */
async function markedApart(
  clusters: readonly UnrankedCluster[],
  found: FoundClusters,
  maps: SeenMaps,
  tests: ClusterTests,
  mayBeTwo: (cluster: UnrankedCluster) => boolean = () => true,
): Promise<UnrankedCluster[]> {
  const parts: UnrankedCluster[] = [];
  for (const cluster of clusters) {
    const isClaimed = cluster.claimed && !isOfMarks(cluster);
    const { marked, rest: left } = mayBeTwo(cluster)
      ? await markedOf(cluster, found, maps, tests, isClaimed ? isOfAThing : () => true)
      : { marked: [], rest: cluster };
    // Where no more may be asked, what was said of the whole is said of what the marks do not explain.
    const isUntested = isClaimed && left !== null && left.grounds !== cluster.grounds;
    const rest = isUntested ? withAnswersOf(cluster, left) : left;
    const isOne = isClaimed && !marked.every((own) => areApart(own, rest));
    if (isOne || marked.length === 0) parts.push(cluster);
    else parts.push(...marked, ...(rest === null ? [] : [rest]));
  }
  return parts;
}

/** Whether a thing is the cause of some images, and something that is no cause of theirs that of the others. */
function areApart(own: UnrankedCluster, rest: UnrankedCluster | null): boolean {
  return isOfAThing(own) && rest !== null && hasTestedCause(rest) && !isOfAThing(rest) && !explains(rest, own);
}

/**
 * Those of a cluster's images that have the same marks and a cause, as clusters, for there may be several marks; and the rest, null where that is nothing.
 * @param mayBeApart of images with the same marks, whether they may be a cluster of their own
 */
async function markedOf(
  cluster: UnrankedCluster,
  found: FoundClusters,
  maps: SeenMaps,
  tests: ClusterTests,
  mayBeApart: (own: UnrankedCluster) => boolean,
): Promise<{ marked: UnrankedCluster[]; rest: UnrankedCluster | null }> {
  const marked: UnrankedCluster[] = [];
  let rest: UnrankedCluster | null = cluster;
  while (rest !== null) {
    const { rows }: UnrankedCluster = rest;
    const having = await tests.marked(rest);
    const own = having === null || having.length === rows.length ? null : withRows(found, maps, cluster, having);
    const [tested] = own === null ? [] : await tests.test([own]);
    if (having === null || tested === undefined || !hasTestedCause(tested) || !mayBeApart(tested)) break;
    marked.push(tested);
    const of = new Set(having);
    const without = withRows(
      found,
      maps,
      cluster,
      rows.filter((row) => !of.has(row)),
    );
    [rest = null] = without === null ? [] : await tests.test([without]);
  }
  return { marked, rest };
}

function isOfAThing({ tests: [strongest] }: UnrankedCluster): boolean {
  return strongest !== undefined && isOfOneThing(strongest.kind);
}

/** Whether it is marks that are claimed. */
function isOfMarks({ tests: [strongest] }: UnrankedCluster): boolean {
  return strongest?.kind === 'marks';
}

/** Two clusters of which the network says that they have one cause, and says so of both together as well; where no more may be asked, what it said of the larger one stands for both. */
async function joinedPair(
  clusters: readonly UnrankedCluster[],
  found: FoundClusters,
  maps: SeenMaps,
  tests: ClusterTests,
): Promise<{ parts: readonly UnrankedCluster[]; whole: UnrankedCluster } | null> {
  for (const [place, one] of clusters.entries()) {
    for (const other of clusters.slice(place + 1)) {
      if (!(await tests.haveOneCause(one, other))) continue;
      const both = joinClusters(found, maps, one, other);
      const [whole] = both === null ? [] : await tests.test([both]);
      if (whole === undefined) continue;
      if (hasTestedCause(whole)) return { parts: [one, other], whole };
      if (whole.grounds === 'interventions') continue;
      return { parts: [one, other], whole: withAnswersOf(one.size >= other.size ? one : other, whole) };
    }
  }
  return null;
}
