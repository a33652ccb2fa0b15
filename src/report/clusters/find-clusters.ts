/** Groups of false positives that were made by looking at the same thing. docs/guide/report-methods.md explains the steps. */

import { at } from '../../explain/at.ts';
import { withLowMargins } from './assign-low-margin.ts';
import { judge } from './claims.ts';
import {
  type ClassGroups,
  countsOf,
  type FalsePositive,
  fewest,
  groupsOfClass,
  smallestGroup,
} from './class-groups.ts';
import { describeCluster, type UnrankedCluster } from './describe-cluster.ts';
import type { HighMargins } from './high-margin.ts';
import { fitNullModel, type NullModel } from './null-model.ts';
import { rowOf, type Sample, type SeenMaps } from './sample.ts';
import { bisect } from './ward-clustering.ts';

/** Predicted classes that are looked into: those with the most false positives. */
export const mostClasses = 60;

export interface FoundClusters {
  clusters: UnrankedCluster[];
  /** What the clusters are made of, class by class, with the class's false positives in the whole run. */
  classes: { own: ClassGroups; ofClass: number }[];
  /** What was estimated of the run's ordinary mistakes on the way. */
  nullModel: NullModel;
}

/**
 * @param explained rows of the sample that are left out: a gap explains them
 * @param earlier found without leaving any out: classes that lose none are the same again
 */
export function findClusters(
  sample: Sample,
  maps: SeenMaps,
  margins: HighMargins,
  explained: ReadonlySet<number> = new Set(),
  earlier: FoundClusters | null = null,
): FoundClusters {
  const touched = new Set(sample.filter(({ row }) => explained.has(row)).map(({ predicted }) => predicted));
  const classes = [...margins.classes]
    .filter(([, { all }]) => all >= fewest)
    .sort((a, b) => b[1].all - a[1].all || a[0] - b[0])
    .slice(0, mostClasses)
    .flatMap(([predicted, { all: ofClass }]) => {
      const known = earlier?.classes.find(({ own }) => own.predicted === predicted);
      if (known !== undefined && !touched.has(predicted)) return [known];
      const own = groupsOfClass(predicted, sample, maps, margins.threshold, explained);
      return own === null ? [] : [{ own, ofClass }];
    });
  const nullModel = fitNullModel(classes.flatMap(({ own }) => countsOf(own)));
  const clusters = classes.flatMap(({ own, ofClass }) => {
    const judged = own.groups.map((members) => judge(members, own.early, nullModel));
    return withLowMargins(judged, own).map((group) => describeCluster(group, own, maps, ofClass));
  });
  return { clusters, classes, nullModel };
}

/** Halves of one cause differ, too: only what lies so far apart is worth asking about. */
const leastSilhouette = 0.15;

/** A cluster as its two most different parts by what answered for it; null where they are not far apart, or one of them is too small to show anything. */
export function halveCluster(
  found: FoundClusters,
  maps: SeenMaps,
  cluster: UnrankedCluster,
): [UnrankedCluster, UnrankedCluster] | null {
  const groups = groupsFor(found, cluster.predicted);
  if (groups === undefined) return null;
  const members = membersOf(groups.own, cluster.rows);
  const cut = bisect(members.map(({ point }) => point));
  if (cut === null || cut.silhouette < leastSilhouette) return null;
  const [one, other] = cut.parts.map((part) => {
    const half = part.sort((a, b) => a - b).map((place) => at(members, place));
    return withRows(found, maps, cluster, half.map(rowOf));
  });
  return one && other ? [one, other] : null;
}

/** Two clusters of one predicted class, of one search, as one. */
export function joinClusters(
  found: FoundClusters,
  maps: SeenMaps,
  one: UnrankedCluster,
  other: UnrankedCluster,
): UnrankedCluster | null {
  // The most typical images of the larger one come first.
  const [larger, smaller] = one.size >= other.size ? [one, other] : [other, one];
  return one.predicted === other.predicted ? withRows(found, maps, larger, [...larger.rows, ...smaller.rows]) : null;
}

/** A cluster with other images in place of its own; null where too few of them are mistakes for its class. */
export function withRows(
  found: FoundClusters,
  maps: SeenMaps,
  { predicted }: Pick<UnrankedCluster, 'predicted'>,
  rows: readonly number[],
): UnrankedCluster | null {
  const groups = groupsFor(found, predicted);
  if (groups === undefined) return null;
  const { own, ofClass } = groups;
  const members = membersOf(own, rows);
  return members.length < smallestGroup
    ? null
    : describeCluster(judge(members, own.early, found.nullModel), own, maps, ofClass);
}

/** Rows of the mistakes for a class that were looked at. */
export function mistakesFor(found: FoundClusters, predicted: number): number[] {
  return groupsFor(found, predicted)?.own.falsePositives.map(rowOf) ?? [];
}

function groupsFor({ classes }: FoundClusters, predicted: number) {
  return classes.find(({ own }) => own.predicted === predicted);
}

/** In the order of the rows. */
function membersOf({ falsePositives }: ClassGroups, rows: readonly number[]): FalsePositive[] {
  const byRow = new Map(falsePositives.map((one) => [one.row, one]));
  return rows.flatMap((row) => byRow.get(row) ?? []);
}
