/** From evidence to clusters, gaps and what to collect. */

import { fewest } from '../clusters/class-groups.ts';
import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { findClusters, mostClasses } from '../clusters/find-clusters.ts';
import { highMargins } from '../clusters/high-margin.ts';
import { type RunColumns, type SeenMaps, sampleOf } from '../clusters/sample.ts';
import type { Cluster, CollectionItem, Gap, Proofs } from '../contract.ts';
import { mostProved } from '../interventions/draw-proofs.ts';
import { keyedProofs, type ProofFile } from '../interventions/proof-files.ts';
import { effect } from '../interventions/verdict.ts';
import { findGaps, type UnrankedGap } from './find-gaps.ts';
import { clusterAdvice, clusterEvidence, clusterSentence, gapAdvice, gapSentence, type Naming } from './sentences.ts';
import { type ClusterTests, testedClusters, untested } from './tested-clusters.ts';

export interface EvidenceOf {
  run: RunColumns;
  /** Places in the run's columns of the images whose evidence was read. */
  seen: Int32Array;
  /** Maps of those images by their use, see `chooseMaps`. */
  maps: SeenMaps;
}

export interface ClustersAndGaps {
  clusters: Cluster[];
  gaps: Gap[];
  collect: CollectionItem[];
  notes: string[];
  /** Pictures of the clusters' proofs. */
  files: ProofFile[];
}

/** A cluster of which so much is one class tells of that class, not of a cue that catches all. */
const oneClass = 0.8;
/** Two findings that share so much of the smaller one are one fault seen twice. */
const sameFault = 0.5;

/** @param tests asks the network about clusters, and claims causes accordingly; default: it is not at hand */
export async function findClustersAndGaps(
  own: EvidenceOf,
  classNames: readonly (string | null)[],
  reference: EvidenceOf | null = null,
  tests: ClusterTests = untested,
): Promise<ClustersAndGaps> {
  const name: Naming = (index) => classNames[index] ?? `class ${index}`;
  const sample = sampleOf(own.run, own.seen);
  const margins = highMargins(own.run);
  const known = reference === null ? null : { sample: sampleOf(reference.run, reference.seen), maps: reference.maps };
  const found = findClusters(sample, own.maps, margins);
  const first = await testedClusters(found, own.maps, tests);
  // A cluster over several classes holds what its classes share: its images need no gap to explain them.
  const explained = new Set(
    first
      .filter(({ claimed }) => claimed)
      .filter((cluster) => !isOfOneClass(cluster))
      .flatMap(({ rows }) => rows),
  );
  const foundGaps = findGaps(sample, own.maps, explained, known, {
    threshold: margins.threshold,
    nullModel: found.nullModel,
  }).sort((a, b) => Number(b.claimed) - Number(a.claimed) || b.size - a.size || a.label - b.label);
  const inGaps = new Set(foundGaps.filter(({ claimed }) => claimed).flatMap(({ rows }) => rows));
  const second =
    inGaps.size === 0
      ? []
      : await testedClusters(findClusters(sample, own.maps, margins, inGaps, found), own.maps, tests);
  const ranked = clearerOf(first, second, inGaps).sort(byEvidence);
  const clusters = ranked.map((cluster, rank) => ({ ...cluster, id: `cluster-${rank + 1}` }));
  const { proofs, files } = await proved(clusters, tests);
  const gaps = foundGaps.map((gap, rank) => ({ ...gap, id: `gap-${rank + 1}` }));
  const classes = [...margins.classes.values()].filter(({ all }) => all >= fewest).length;
  return {
    clusters: clusters.map(({ rows: _, ...cluster }) => ({
      ...cluster,
      proofs: proofs.get(cluster.id) ?? null,
      evidence: clusterEvidence(cluster, name),
      sentence: clusterSentence(cluster, name),
    })),
    gaps: gaps.map(({ rows: _, nearCorrect: __, ...gap }) => ({ ...gap, sentence: gapSentence(gap, name) })),
    collect: collectionList(clusters, gaps, name),
    files,
    notes:
      classes > mostClasses
        ? [
            `Clusters were looked for in the ${mostClasses} classes with the most false positives, of ${classes} with ten or more.`,
          ]
        : [],
  };
}

/** Claims first; then by what the network answered, and where it was not asked, by what the claim rests on. */
function byEvidence(a: UnrankedCluster, b: UnrankedCluster): number {
  const effectOf = ({ tests: [strongest] }: UnrankedCluster) => (strongest === undefined ? 0 : effect(strongest));
  return (
    Number(b.claimed) - Number(a.claimed) ||
    effectOf(b) - effectOf(a) ||
    b.size * b.spuriousCue - a.size * a.spuriousCue ||
    a.predicted - b.predicted
  );
}

/** Of the claimed ones and the first other one. */
async function proved(clusters: readonly (UnrankedCluster & { id: string })[], tests: ClusterTests) {
  const proofs = new Map<string, Proofs>();
  const files: ProofFile[] = [];
  const worthALook = clusters.find(({ claimed }) => !claimed);
  const shown = clusters.filter(({ claimed }) => claimed).slice(0, mostProved - 1);
  for (const cluster of worthALook === undefined ? shown : [...shown, worthALook]) {
    const drawn = await tests.prove(cluster);
    if (drawn === null) continue;
    const keyed = keyedProofs(cluster.id, drawn);
    proofs.set(cluster.id, keyed.proofs);
    files.push(...keyed.files);
  }
  return { proofs, files };
}

/**
 * Images that a gap explains may be taken for anything: without them a cluster often shows what its others have in common, and sometimes too few
 * are left. For each predicted class, the clusters whose claims hold more images that no gap explains, and fewer that one does.
 */
function clearerOf(
  first: readonly UnrankedCluster[],
  second: readonly UnrankedCluster[],
  inGaps: ReadonlySet<number>,
): UnrankedCluster[] {
  const worth = (clusters: readonly UnrankedCluster[]) => {
    const rows = clusters.filter((cluster) => cluster.claimed && !isOfOneClass(cluster)).flatMap((own) => own.rows);
    return rows.filter((row) => !inGaps.has(row)).length - rows.filter((row) => inGaps.has(row)).length;
  };
  const classes = [...new Set([...first, ...second].map(({ predicted }) => predicted))];
  return classes.flatMap((predicted) => {
    const [all, without] = [first, second].map((clusters) => clusters.filter((own) => own.predicted === predicted));
    if (all === undefined || without === undefined) return [];
    return worth(without) > worth(all) ? without : all;
  });
}

function isOfOneClass({ labels: [most], size }: UnrankedCluster): boolean {
  return most !== undefined && most.count >= oneClass * size;
}

interface Candidate {
  class: number | null;
  from: string;
  rows: number[];
  images: string[];
  sentence: string;
  alsoFrom: string[];
}

function collectionList(
  clusters: readonly (UnrankedCluster & { id: string })[],
  gaps: readonly (UnrankedGap & { id: string })[],
  name: Naming,
): CollectionItem[] {
  const candidates: Candidate[] = [
    ...clusters
      .filter(({ claimed }) => claimed)
      .map((cluster) => ({
        class: isOfOneClass(cluster) ? (cluster.labels[0]?.class ?? null) : null,
        from: cluster.id,
        rows: cluster.rows,
        images: cluster.images,
        sentence: clusterAdvice(cluster, name),
        alsoFrom: [],
      })),
    ...gaps
      .filter(({ claimed }) => claimed)
      .map((gap) => ({
        class: gap.label,
        from: gap.id,
        rows: gap.rows,
        images: gap.images,
        sentence: gapAdvice(gap, name),
        alsoFrom: [],
      })),
  ];
  const kept: Candidate[] = [];
  for (const candidate of candidates.sort((a, b) => b.rows.length - a.rows.length || a.from.localeCompare(b.from))) {
    const same = kept.find((other) => overlap(other.rows, candidate.rows) >= sameFault);
    if (same === undefined) kept.push(candidate);
    else same.alsoFrom.push(candidate.from);
  }
  return kept.map(({ rows, ...item }, at) => ({ rank: at + 1, mistakes: rows.length, ...item }));
}

/** Share of the smaller list that is in the other, too. */
function overlap(a: readonly number[], b: readonly number[]): number {
  const inA = new Set(a);
  return b.filter((row) => inA.has(row)).length / Math.max(1, Math.min(a.length, b.length));
}
