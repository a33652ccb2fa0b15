/** When the network's answers claim a cause. */

import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import { rounded } from '../clusters/numbers.ts';
import type { ChangeKind, TestedChange } from '../contract.ts';
import { bestTransplant, recipientsOfLooks, recipientsOfParts } from './transplants.ts';

/** Fewer images show little. */
const fewest = 7;

/**
 * What speaks for a change has to be so much: Fisher's combination of three tests in decimal digits, the cluster's own counted half, and the shares of images that change their answer
 * beyond the controls. Set on the development sets of docs/reference/planted-gaps.md.
 */
const enoughEvidence = 7.7;
const ofOwnChance = 0.5;
/** Of how a look goes with a class in the run itself, more digits than this speak for it: groups of ordinary mistakes of 11 photographed sets without a fault come to 4.2. */
const ordinaryDigitsInRun = 4;
/** A cluster's own chance has no end where its mistakes are many. */
const mostDigits = 7;
/** Most of the picture lies there, so it carries what a class is found in as well. */
const againstSurroundings = 1;

/** Where half of the margin goes, and half of others' images are taken, the tests need not agree: what is left of a large cue still tells. */
const overwhelming = { lost: 0.5, taken: 0.5, chance: 0.01 };
/**
 * Where a small part turns others' images to the class so clearly, little has to go with it: a network may take whatever lies under a covered edge for the class as well. What each image's own
 * map shows is no such part: a dog's face turns others to dogs, of whatever breed.
 */
const decisivePart = { taken: 0.4, chance: 1e-4 };
/** Where most of the margin goes and most images return, nothing has to be put anywhere: a small mark says little in the middle of another thing. */
const decisive = { lost: 0.6, returned: 0.5, together: 1.25 };
/** A removal stands alone only in a cluster that is surer than this: half-hearted mistakes change their answer whatever is changed. */
const removalBelow = 0.1;
/**
 * Asked of more images, every difference becomes sure: that of a part has to be a large one as well, in one direction or the other. A look turns few, but has to be sure in others, too.
 */
const ofMore = { lost: 0.5, returned: 0.5, taken: 0.3, lookChance: 0.001 };
/** What is asked of more begins to look like that. */
const mayBeMore = { lost: 0.4, returned: 0.4, taken: 0.15, lookEvidence: 5 };
/** Share of the margin, of what the whole picture is like and of a part: less is no cause, whatever it does to others. */
const leastLost = { look: 0.4, part: 0.2 };

/** Mistakes that are as half-hearted as any change their answer whatever is changed: they show no cause. */
export const leastMargin = 1.2;
const mostChance = 0.5;

/** @param tests the strongest first */
export function hasCause(
  cluster: Pick<UnrankedCluster, 'size' | 'chance'>,
  [strongest]: readonly TestedChange[],
): boolean {
  return cluster.size >= fewest && strongest !== undefined && isCause(cluster, strongest);
}

/** Whether images with a cause may be in a cluster without a claim, among others that hide it. */
export function mayHide({ size, chance, claimed, tests: [strongest] }: TestedCluster & ClaimedCluster): boolean {
  return !claimed && strongest !== undefined && size >= 2 * fewest && isSure(chance, strongest);
}

/** Whether what the whole picture is like may be a cause: what can be taken out has to take something with it. A blur cannot be. */
export function takesEnough(test: TestedChange): boolean {
  return !test.isRemovable || lost(test) >= leastLost.look;
}

/** Whether putting it into others can make a change a cause. */
export function mayBeCause(cluster: Pick<UnrankedCluster, 'chance'>, test: TestedChange): boolean {
  return isCause(cluster, { ...test, transplanted: bestTransplant(recipientsOf(test.kind)) });
}

/** Of what is no cause yet, whether more images may show that it is one. */
export function isWorthMore({ chance }: Pick<UnrankedCluster, 'chance'>, test: TestedChange): boolean {
  if (test.transplanted === null || !isSure(chance, test)) return false;
  if (isPart(test.kind)) return isLarge(test, mayBeMore);
  return lost(test) >= mayBeMore.lost && evidenceOf({ chance }, test) >= mayBeMore.lookEvidence;
}

/** What the answers leave open of a look, though they speak for it: the run itself may decide. */
export function isLeftOpen({ chance }: Pick<UnrankedCluster, 'chance'>, test: TestedChange): boolean {
  if (isPart(test.kind) || test.transplanted === null || !isSure(chance, test) || !takesEnough(test)) return false;
  return evidenceOf({ chance }, test) >= mayBeMore.lookEvidence;
}

function isClearOfMore(test: TestedChange): boolean {
  if (isPart(test.kind)) return isLarge(test, ofMore);
  return lost(test) >= ofMore.lost && (test.transplanted?.chance ?? 1) <= ofMore.lookChance;
}

function isLarge(test: TestedChange, limits: Pick<typeof ofMore, 'lost' | 'returned' | 'taken'>): boolean {
  const isInOneDirection = returnedBeyond(test) >= limits.returned || takenBeyond(test) >= limits.taken;
  return lost(test) >= limits.lost && isInOneDirection;
}

function isOfMore({ kind, transplanted }: TestedChange): boolean {
  return transplanted !== null && transplanted.images > recipientsOf(kind);
}

function recipientsOf(kind: ChangeKind): number {
  return isPart(kind) ? recipientsOfParts : recipientsOfLooks;
}

function isPart(kind: ChangeKind): boolean {
  return isOfOneThing(kind) || kind === 'border' || kind === 'surroundings';
}

/** Whether a change is of one of the things in a picture; of edges, and of the look of the whole, there is one in each. */
export function isOfOneThing(kind: ChangeKind): boolean {
  return kind === 'seen' || kind === 'place' || kind === 'marks';
}

/** Only causes that are claimed, and of mistakes for one class, may be one. */
export function mayHaveOneCause(one: PredictedCluster, other: PredictedCluster): boolean {
  return one.predicted === other.predicted && one.claimed && other.claimed;
}

type PredictedCluster = ClaimedCluster & Pick<UnrankedCluster, 'predicted'>;
type ClaimedCluster = Pick<UnrankedCluster, 'claimed'>;

/**
 * Whether the tests of two clusters show one cause: what is the cause of each is also one of the other. Only what there is one of in a picture shows that: two marks of
 * one class are found the same way, and are two.
 */
export function showOneCause(one: TestedCluster, other: TestedCluster): boolean {
  return explains(one, other) && explains(other, one);
}

type TestedCluster = Pick<UnrankedCluster, 'size' | 'chance' | 'tests'>;

/** Whether the cause of one is a cause of the other, too: of what there is one of in each picture. */
export function explains({ tests: [cause] }: TestedCluster, other: TestedCluster): boolean {
  if (cause === undefined || isOfOneThing(cause.kind)) return false;
  return other.tests.some((test) => test.kind === cause.kind && test.words === cause.words && isCause(other, test));
}

/** Causes first, those that say most before what surrounds all of the middle and before several looks at once; then by what they do beyond their controls. */
export function strongestFirst(
  cluster: Pick<UnrankedCluster, 'chance'>,
  tests: readonly TestedChange[],
): TestedChange[] {
  const rank = (test: TestedChange) =>
    !isCause(cluster, test)
      ? isPart(test.kind) || takesEnough(test)
        ? 2
        : 3
      : test.kind === 'surroundings' || test.kind === 'look'
        ? 1
        : 0;
  return [...tests].sort((a, b) => rank(a) - rank(b) || effect(b) - effect(a));
}

/** Whether a cluster's mistakes are sure enough for a change of their answers to mean something. */
function isSure(chance: number, { margin }: Pick<TestedChange, 'margin'>): boolean {
  return margin >= leastMargin && chance < mostChance;
}

function isCause({ chance }: Pick<UnrankedCluster, 'chance'>, test: TestedChange): boolean {
  if (!isSure(chance, test)) return false;
  const [share, returned, taken] = [lost(test), returnedBeyond(test), takenBeyond(test)];
  if (isPart(test.kind) && share < leastLost.part) return false;
  if ((!isOfMore(test) || isClearOfMore(test)) && evidenceOf({ chance }, test) >= enoughEvidence) return true;
  const given = test.transplanted?.chance ?? 1;
  if (share >= overwhelming.lost && taken >= overwhelming.taken && given <= overwhelming.chance) return true;
  const isSmallPart = isPart(test.kind) && test.kind !== 'surroundings' && test.kind !== 'seen';
  if (isSmallPart && taken >= decisivePart.taken && given <= decisivePart.chance) return true;
  const isDecisive =
    share >= decisive.lost && returned >= decisive.returned && rounded(share + returned) >= decisive.together;
  return chance < removalBelow && isDecisive;
}

/** What speaks for a change that was put into others, too, in decimal digits; else none. */
export function evidenceOf({ chance }: Pick<UnrankedCluster, 'chance'>, test: TestedChange): number {
  if (test.transplanted === null) return 0;
  const given = digits(test.transplanted.chance) + takenBeyond(test);
  return (
    removalEvidence(test) +
    given +
    ofOwnChance * digits(chance) +
    evidenceInRun(test) -
    (test.kind === 'surroundings' ? againstSurroundings : 0)
  );
}

/** The part of it that taking the change out of the images says. */
export function removalEvidence(test: TestedChange): number {
  return digits(test.chance) + returnedBeyond(test);
}

function evidenceInRun({ inRun }: TestedChange): number {
  return inRun === null ? 0 : Math.max(0, digits(inRun.chance) - ordinaryDigitsInRun);
}

function digits(chance: number): number {
  return Math.min(mostDigits, -Math.log10(Math.max(chance, Number.MIN_VALUE)));
}

/** Share of the margin, down to where another answer is certain, that goes with the possible cause. */
export function lost({ fall, margin }: Pick<TestedChange, 'fall' | 'margin'>): number {
  return fall / (Math.max(margin, 0) + 1);
}

/** Share of the images that return, beyond the controls. */
export function returnedBeyond({ returned, returnedElsewhere, ordinaryReturned }: TestedChange): number {
  return beyond(returned, Math.max(returnedElsewhere ?? 0, ordinaryReturned ?? 0));
}

/** Share of others' images that are taken for the class, beyond the control. */
export function takenBeyond({ transplanted }: TestedChange): number {
  return transplanted === null ? 0 : beyond(transplanted.taken, transplanted.control);
}

/** Both are shares of a few: 0.35 is 0.25 more than 0.1, and not a rounding error less. */
function beyond(share: number, control: number): number {
  return rounded(share - control);
}

/** What a change does beyond its controls, in both directions: 0 to 2. */
export function effect(test: TestedChange): number {
  return Math.max(0, returnedBeyond(test)) + Math.max(0, takenBeyond(test));
}
