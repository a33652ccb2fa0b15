/** All changes of one cluster: taken out of its images, held against ordinary mistakes, and put into correct images. */

import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import type { TestedChange } from '../contract.ts';
import { type Change, isLookChange, type LookChange } from './change.ts';
import { testedChange } from './tested-change.ts';
import { recipientsOfLooks, recipientsOfParts, transplant } from './transplants.ts';
import { type Asking, type Outcome, tryChanges } from './trial.ts';
import type { TriedImage } from './tried-image.ts';
import { isOfOneThing, lost, mayBeCause, removalEvidence, strongestFirst, takesEnough } from './verdict.ts';
import { causeInWords, type StatisticMeans } from './words.ts';

/** Fewer images are no cluster to test. */
export const fewest = 5;
/** Images of a cluster that are tried. */
export const members = 10;
/** Of the run, that a cluster's changes are held against. */
export const ordinaryMistakes = 18;
/** Of changes of a part of the picture, these are transplanted, too: of things and of edges the one that takes the most of the margin and the one of which taking it out says the most. */
const transplants = 4;

/** Pictures of one image under the changes that need nothing of a cluster, under all of a part, and under one look. */
export const underGeneral = 9;
const underParts = underGeneral + 10;
export const underALook = 2;
/** One image as it is, and with one part covered in two ways and held against three others. */
export const underACause = 1 + 2 + 3;

/** Pictures that trying a cluster of so many images may take. */
export function mostOfATrial(images: number, looks: number): number {
  const underLooks = looks * underALook;
  return (
    images * (1 + underParts + underLooks) +
    ordinaryMistakes * (1 + underLooks) +
    transplants * 2 * recipientsOfParts +
    looks * 2 * recipientsOfLooks
  );
}

export interface ClusterTrial {
  cluster: Pick<UnrankedCluster, 'predicted' | 'place' | 'chance'>;
  /** Of the cluster. */
  own: readonly TriedImage[];
  /** Mistakes for other classes, and what came of changes that are the same for all clusters. */
  mistakes: readonly TriedImage[];
  ordinaryOutcomes(change: Change): readonly Outcome[];
  /** Correct images of other classes. */
  correct(): Promise<readonly TriedImage[]>;
  changes: readonly Change[];
  /** What is moved by those changes that are looks. */
  looks: ReadonlyMap<LookChange, readonly StatisticMeans[]>;
}

interface Tried {
  change: Change;
  test: TestedChange;
}

/**
 * Asks no more than may decide: looks that take little of the margin are held against no mistakes, and only what can be a cause is put into others.
 * @returns the strongest first
 */
export async function tryCluster(trial: ClusterTrial, asking: Asking): Promise<TestedChange[]> {
  const { cluster, own, changes, ordinaryOutcomes } = trial;
  const outcomes = await tryChanges(own, changes, asking);
  const tried = (change: Change, compared: readonly Outcome[]): Tried[] => {
    const found = outcomes.get(change) ?? [];
    if (found.length < fewest) return [];
    const described = { kind: change.kind, ...inWords(change, trial) };
    return [{ change, test: testedChange(described, found, compared) }];
  };
  const parts = changes.flatMap((change) => (isLookChange(change) ? [] : tried(change, ordinaryOutcomes(change))));
  const unheld = changes.flatMap((change) => (isLookChange(change) ? tried(change, []) : []));
  const slight = unheld.filter(({ test }) => !takesEnough(test));
  const taking = unheld.filter(({ test }) => takesEnough(test)).map(({ change }) => change);
  const moved = taking.length === 0 ? [] : trial.mistakes;
  const ofMistakes = await tryChanges(moved, taking, asking);
  const held = taking.flatMap((change) => tried(change, ofMistakes.get(change) ?? []));

  const possible = parts.filter(({ test }) => mayBeCause(cluster, test));
  const things = possible.filter(({ test }) => isOfOneThing(test.kind));
  const edges = possible.filter(({ test }) => !isOfOneThing(test.kind));
  const chosen = [things, edges].flatMap((parts) => [highest(parts, lost), highest(parts, removalEvidence)]);
  const looks = held.filter(({ test }) => mayBeCause(cluster, test));
  for (const { change, test } of [...new Set(chosen.flatMap((one) => one ?? [])), ...looks]) {
    const images = { own, mistakes: trial.mistakes, correct: await trial.correct(), predicted: cluster.predicted };
    test.transplanted = await transplant(change, images, asking);
  }
  return strongestFirst(
    cluster,
    [...parts, ...held, ...slight].map(({ test }) => test),
  );
}

function highest(tried: readonly Tried[], of: (test: TestedChange) => number): Tried | undefined {
  return [...tried].sort((a, b) => of(b.test) - of(a.test))[0];
}

function inWords(change: Change, { cluster, looks }: ClusterTrial): Pick<TestedChange, 'words' | 'isRemovable'> {
  const moved = isLookChange(change) ? (looks.get(change) ?? []) : [];
  return {
    words: causeInWords(change.kind, cluster.place, moved),
    isRemovable: moved.every(({ statistic, own, usual }) => statistic.isLost?.(own, usual) !== true),
  };
}
