/** Groups of false positives that were made by looking at the same thing. docs/guide/report-methods.md explains the steps. */

import type { EvidenceRows } from '../read/evidence.ts';
import { judge } from './claims.ts';
import { type ClassGroups, fewest, groupsOfClass, unitsOf } from './class-groups.ts';
import { describeCluster, type Surroundings, type UnrankedCluster } from './describe-cluster.ts';
import { withJoining } from './joining-mistakes.ts';
import { type OrdinarySureness, ordinarySureness } from './ordinary-sureness.ts';
import type { Sample } from './run-columns.ts';
import { sliceRates } from './slice-rates.ts';
import type { SureMistakes } from './sure-mistakes.ts';

/** Predicted classes that are looked into: those with the most false positives. */
export const mostClasses = 60;

export interface SeenMaps {
  /** For the predicted class, the deepest layer first. */
  predicted: EvidenceRows[];
  /** For the true class, at earlier layers. */
  label: EvidenceRows[];
}

export interface FoundClusters {
  clusters: UnrankedCluster[];
  /** What the clusters are made of, class by class. */
  classes: { own: ClassGroups; around: Surroundings }[];
  /** What was estimated of the run's ordinary mistakes on the way. */
  ordinary: OrdinarySureness;
}

/**
 * @param sample the chosen images; its maps are given by their use
 * @param explained rows of the sample that are left out: a gap explains them
 * @param earlier found without leaving any out: classes that lose none are the same again
 */
export function findClusters(
  sample: Sample,
  maps: SeenMaps,
  sure: SureMistakes,
  explained: ReadonlySet<number> = new Set(),
  earlier: FoundClusters | null = null,
): FoundClusters {
  const touched = new Set([...explained].map((row) => sample.predicted[row]));
  const classes = [...sure.classes]
    .filter(([, { all }]) => all >= fewest)
    .sort((a, b) => b[1].all - a[1].all || a[0] - b[0])
    .slice(0, mostClasses)
    .flatMap(([predicted, { all: ofClass }]) => {
      const known = earlier?.classes.find(({ own }) => own.predicted === predicted);
      if (known !== undefined && !touched.has(predicted)) return [known];
      const own = groupsOfClass(predicted, sample, maps, sure.margin, explained);
      if (own === null) return [];
      return [{ own, around: { sample, maps, slices: sliceRates(predicted, own.wrong, sample, maps), ofClass } }];
    });
  const ordinary = ordinarySureness(classes.flatMap(({ own }) => unitsOf(own)));
  const clusters = classes.flatMap(({ own, around }) => {
    const judged = own.groups.map((members) => judge(members, own, ordinary));
    return withJoining(judged, own).map((one) => describeCluster(one, own, around));
  });
  return { clusters, classes, ordinary };
}
