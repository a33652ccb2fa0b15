/** How well a report's groups name the pictures of each planted fault. */

import { at } from '../../src/explain/at.ts';
import type { MadeFindings } from '../../src/report/make-findings.ts';
import { isMistake, keyOf, type RunTable } from '../../src/report/read/run-table.ts';
import { bestFit, type Fit } from './measures.ts';
import type { PlantedFault, PlantedSet } from './planted-set.ts';
import { type ReportedGroup, reportedGroups } from './reported-groups.ts';

/** Faults that fool the network less often show in too few pictures. */
const fewestFooled = 15;

/** The pictures of a fault, by what the network answers. */
export interface FaultTruth {
  fault: PlantedFault;
  /** Pictures that carry the fault. */
  carriers: ReadonlySet<string>;
  /** Of those, the misclassified. */
  wrong: ReadonlySet<string>;
  /** Of those, taken for the class that the cue gives away; all where a part of the class is missing. */
  fooled: ReadonlySet<string>;
  counts: boolean;
}

export interface FoundFault extends FaultTruth {
  /** Place of the claim in the collection list. */
  rank: number | null;
  claimed: { wrong: Fit | null; fooled: Fit | null };
  shown: { wrong: Fit | null; fooled: Fit | null };
  /** Share of the wrong pictures that the network gets right without the cue; null where that is not known. */
  rightWithout: number | null;
}

/**
 * `planted`: most of its pictures carry a planted fault. `other side`: most are of a cue's own class and lack the cue. `beside`: neither.
 */
type ClaimKind = 'planted' | 'other side' | 'beside';

export interface SetResult {
  set: PlantedSet;
  accuracy: number | null;
  faults: FoundFault[];
  claims: { id: string; images: number; kind: ClaimKind; cause: string | null }[];
}

/** @param right keys of pictures that the network gets right without the cue that they carry; null where that is not known */
export function evaluateSet(
  set: PlantedSet,
  { findings, table }: MadeFindings,
  right: ReadonlySet<string> | null,
): SetResult {
  const groups = reportedGroups(findings);
  const claims = groups.filter(({ rank }) => rank !== null);
  const faults = faultTruths(set, table).map((truth): FoundFault => {
    const { wrong, fooled } = truth;
    const claimed = { wrong: bestFit(claims, wrong), fooled: bestFit(claims, fooled) };
    const shown = { wrong: bestFit(groups, wrong), fooled: bestFit(groups, fooled) };
    const rank = claims.find(({ id }) => id === claimed.wrong?.id)?.rank ?? null;
    const mended = right === null || truth.fault.missing ? null : [...wrong].filter((key) => right.has(key)).length;
    const rightWithout = mended === null ? null : mended / wrong.size;
    return { ...truth, rank, claimed, shown, rightWithout };
  });
  return {
    set,
    accuracy: findings.accuracy,
    faults,
    claims: claims.map((claim) => {
      const { id, images, cause } = claim;
      return { id, images: images.length, kind: kindOf(claim, set), cause };
    }),
  };
}

export function faultTruths(set: PlantedSet, table: RunTable): FaultTruth[] {
  const answers = new Map(
    Array.from({ length: table.rows }, (_, row) => [
      keyOf(table, row),
      { mistake: isMistake(table, row), predicted: set.classes[at(table.predicted, row)] },
    ]),
  );
  return set.faults.map((fault, index) => {
    const carriers = set.pictures.filter((picture) => picture.fault === index).map(({ key }) => key);
    const wrong = carriers.filter((key) => answers.get(key)?.mistake);
    const fooled = fault.missing ? wrong : wrong.filter((key) => answers.get(key)?.predicted === fault.subject);
    return {
      fault,
      carriers: new Set(carriers),
      wrong: new Set(wrong),
      fooled: new Set(fooled),
      counts: fooled.length >= fewestFooled,
    };
  });
}

function kindOf({ images }: ReportedGroup, set: PlantedSet): ClaimKind {
  const pictures = new Map(set.pictures.map((picture) => [picture.key, picture]));
  const members = images.flatMap((key) => pictures.get(key) ?? []);
  const most = (count: number) => count >= members.length / 2;
  if (most(members.filter(({ fault }) => fault !== null).length)) return 'planted';
  const lacking = set.faults.map(({ subject, missing }, index) =>
    missing ? 0 : members.filter((picture) => picture.subject === subject && picture.carries !== index).length,
  );
  return lacking.some(most) ? 'other side' : 'beside';
}
