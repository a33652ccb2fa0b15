/** How well a report's claims name the pictures of each planted fault. */

import type { Findings } from '../../src/report/contract.ts';
import type { FaultKind, GapSet, PlannedPicture } from './plan.ts';

interface FoundFault {
  kind: FaultKind;
  subject: string;
  /** Misclassified pictures that carry the fault. */
  size: number;
  /** Of the claim that fits best; null where none holds any of them. */
  claim: { id: string; rank: number; precision: number; recall: number } | null;
  /** Of the cluster or gap that fits best, claimed or shown as what may be chance. */
  shown: { id: string; precision: number; recall: number } | null;
}

export interface SetResult {
  set: GapSet;
  faults: FoundFault[];
  /** Claims of which most pictures carry no planted fault. */
  falseAlarms: string[];
  accuracy: number | null;
}

export function evaluateSet(set: GapSet, pictures: readonly PlannedPicture[], findings: Findings): SetResult {
  const faultOf = new Map(pictures.map(({ key, fault }) => [key, fault]));
  const wrong = new Set(findings.mistakes.map(({ key }) => key).concat(findings.labelErrors.map(({ key }) => key)));
  const groups = new Map([...findings.clusters, ...findings.gaps].map((group) => [group.id, group]));
  // A collection item names a cluster or a gap, and others that say the same.
  const claims = findings.collect.flatMap((item) =>
    [item.from, ...item.alsoFrom].map((id) => ({ id, rank: item.rank, images: groups.get(id)?.images ?? [] })),
  );
  const faults = set.faults.map(({ kind, subject }): FoundFault => {
    const own = new Set([...wrong].filter((key) => faultOf.get(key) === kind));
    const fitOf = <Group extends { images: readonly string[] }>({ images, ...group }: Group) => {
      const hits = images.filter((key) => own.has(key)).length;
      return { ...group, precision: hits / images.length, recall: hits / own.size };
    };
    const fits = claims.map(fitOf).filter(({ precision }) => precision > 0);
    const [claim = null] = fits.sort((a, b) => f1(b) - f1(a) || a.rank - b.rank);
    const all = [...groups.values()]
      .map(({ id, images }) => fitOf({ id, images }))
      .filter(({ precision }) => precision > 0);
    const [shown = null] = all.sort((a, b) => f1(b) - f1(a));
    return { kind, subject, size: own.size, claim, shown };
  });
  const falseAlarms = claims.flatMap(({ id, images }) => {
    const planted = images.filter((key) => faultOf.get(key) != null).length;
    return planted >= images.length / 2 ? [] : [id];
  });
  return { set, faults, falseAlarms, accuracy: findings.accuracy };
}

function f1({ precision, recall }: { precision: number; recall: number }): number {
  return (2 * precision * recall) / (precision + recall);
}
