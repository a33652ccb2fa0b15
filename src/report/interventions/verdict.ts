/** When the network's answers claim a cause. */

import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import type { ChangeKind, TestedChange } from '../contract.ts';

/** Fewer images show little. */
const fewest = 7;

/**
 * What a change must do beyond its controls: `returned`, the share of images that get their true class back without the possible cause; `lost`, the share of the
 * margin that goes with it; `taken`, the share of correct images that are taken for the class with it, and the chance that other mistakes' parts do as much in the same images.
 * Set on the development sets of docs/reference/planted-gaps.md.
 */
interface Limits {
  returned: number;
  lost: number;
  taken: number;
  /** At most. Default: 0.01, of a cluster's five to ten tests. */
  chance?: number;
}

const ofParts: Limits = { returned: 0.25, lost: 0.45, taken: 0.1 };
/** Most of the picture lies there, so it carries what a class is found in as well. */
const ofSurroundings: Limits = { returned: -1, lost: 0.5, taken: 0.3 };
const ofWholePictures: Limits = { returned: -1, lost: 0.4, taken: 0.25 };
/** What cannot be taken out can be put into others alone, and has to do more there. */
const notRemovable: Limits = { returned: -1, lost: -1, taken: 0.4 };

const limits: Record<ChangeKind, Limits> = {
  seen: ofParts,
  place: ofParts,
  border: ofParts,
  surroundings: ofSurroundings,
  look: ofWholePictures,
  light: ofWholePictures,
  contrast: ofWholePictures,
  colour: ofWholePictures,
  saturation: ofWholePictures,
  sharpness: ofWholePictures,
  grain: ofWholePictures,
  pixelation: ofWholePictures,
};

/** Of the whole picture: a weak cue takes few images of other classes, but moves all of them, and its own come back without it. It shows what cannot be taken out as well: colours that are
 * not the picture's own, or another sharpness, are further from the cause than the picture was. */
const inBothDirections: Limits = { returned: 0.4, lost: 0.5, taken: 0.1, chance: 1e-3 };
/** Where nearly all of the margin goes and most images return, nothing has to be put anywhere: a small mark says little in the middle of another thing. */
const decisive: Limits = { returned: 0.5, lost: 0.75, taken: -1, chance: 1 };
/** A removal stands alone only in a cluster that is surer than this: half-hearted mistakes change their answer whatever is changed. */
const removalBelow = 0.1;
/** A cluster that is sure beyond all chance needs half of what others' pictures show. */
const sureFrom = 1e-4;
const ofSure = 0.5;

/** Mistakes that are as half-hearted as any change their answer whatever is changed: they show no cause. */
const leastMargin = 1.2;
const mostChance = 0.5;

/** @param tests the strongest first */
export function hasCause(
  cluster: Pick<UnrankedCluster, 'size' | 'chance'>,
  [strongest]: readonly TestedChange[],
): boolean {
  return cluster.size >= fewest && strongest !== undefined && isCause(cluster, strongest);
}

/** Whether putting it into others can make it a cause of what the whole picture is like: what can be taken out has to take something with it. A blur cannot be. */
export function mayBeCause(test: TestedChange): boolean {
  return !test.isRemovable || lost(test) >= ofWholePictures.lost;
}

/** Whether a change is of one of the things in a picture; of edges, and of the look of the whole, there is one in each. */
export function isOfOneThing(kind: ChangeKind): boolean {
  return kind === 'seen' || kind === 'place';
}

/**
 * Whether two clusters of one class have one cause: what is the cause of each is also one of the other. Only what there is one of in a picture shows that: two marks of
 * one class are found the same way, and are two.
 */
export function haveOneCause(one: TestedCluster, other: TestedCluster): boolean {
  return (
    one.predicted === other.predicted && one.claimed && other.claimed && explains(one, other) && explains(other, one)
  );
}

type TestedCluster = Pick<UnrankedCluster, 'size' | 'chance' | 'predicted' | 'claimed' | 'tests'>;

function explains({ tests: [cause] }: TestedCluster, other: TestedCluster): boolean {
  if (cause === undefined || isOfOneThing(cause.kind)) return false;
  return other.tests.some((test) => test.kind === cause.kind && test.words === cause.words && isCause(other, test));
}

/** Causes first, those that say most before what surrounds all of the middle and before several looks at once; then by what they do beyond their controls. */
export function strongestFirst(
  cluster: Pick<UnrankedCluster, 'chance'>,
  tests: readonly TestedChange[],
): TestedChange[] {
  const rank = (test: TestedChange) =>
    !isCause(cluster, test) ? 2 : test.kind === 'surroundings' || test.kind === 'look' ? 1 : 0;
  return [...tests].sort((a, b) => rank(a) - rank(b) || effect(b) - effect(a));
}

function isCause({ chance }: Pick<UnrankedCluster, 'chance'>, test: TestedChange): boolean {
  if (test.margin < leastMargin || chance >= mostChance) return false;
  const own = test.isRemovable ? limits[test.kind] : notRemovable;
  const taken = chance < sureFrom ? own.taken * ofSure : own.taken;
  if (does(test, { ...own, taken })) return true;
  if (limits[test.kind] === ofWholePictures && does(test, inBothDirections)) return true;
  return test.isRemovable && chance < removalBelow && does(test, decisive);
}

function does(test: TestedChange, { returned, lost: share, taken, chance = 0.01 }: Limits): boolean {
  return (
    returnedBeyond(test) >= returned &&
    lost(test) >= share &&
    takenBeyond(test) >= taken &&
    (test.transplanted?.chance ?? 1) <= chance
  );
}

/** Share of the margin, down to where another answer is certain, that goes with the possible cause. */
export function lost({ fall, margin }: TestedChange): number {
  return fall / (Math.max(margin, 0) + 1);
}

function returnedBeyond({ returned, returnedElsewhere, ordinaryReturned }: TestedChange): number {
  return returned - Math.max(returnedElsewhere ?? 0, ordinaryReturned ?? 0);
}

function takenBeyond({ transplanted }: TestedChange): number {
  return transplanted === null ? 0 : transplanted.taken - transplanted.control;
}

/** What a change does beyond its controls, in both directions: 0 to 2. */
export function effect(test: TestedChange): number {
  return Math.max(0, returnedBeyond(test)) + Math.max(0, takenBeyond(test));
}
