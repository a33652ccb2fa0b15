/** Clusters and gaps in plain words with numbers. */

import type { UnrankedCluster } from '../clusters/describe-cluster.ts';
import type { Gap, TestedChange } from '../contract.ts';
import { isOfOneThing, returnedBeyond, takenBeyond } from '../interventions/verdict.ts';
import { lookingAt } from '../looking-at.ts';
import { series } from '../series.ts';
import type { UnrankedGap } from './find-gaps.ts';

export type Naming = (index: number) => string;

export function clusterSentence(cluster: Omit<UnrankedCluster, 'rows'>, name: Naming): string {
  const [strongest] = cluster.tests;
  const taken = `${images(cluster.size)} of ${listed(cluster.labels, name)} ${cluster.size === 1 ? 'is' : 'are'} taken for ${name(cluster.predicted)}`;
  if (strongest === undefined) {
    const { slice, classes } = cluster.errorRate;
    return (
      `${taken}, ${lookingAt(cluster.place)}. Of images that look like these, ${percent(slice)} are taken for it; ` +
      `of all images of these classes, ${percent(classes)}.`
    );
  }
  const { words, transplanted, returned, isRemovable } = strongest;
  if (!cluster.claimed) {
    return `${taken}, ${lookingAt(cluster.place)}. Of what was changed in them, ${words} counts most.`;
  }
  const isRemoved = isRemovable && returnedBeyond(strongest) > takenBeyond(strongest);
  const rate =
    transplanted === null || isRemoved
      ? `Without it, ${some(returned, strongest.images)} get their true class back.`
      : `Given it, ${some(transplanted.taken, transplanted.images)} correct images of other classes are taken for ${name(cluster.predicted)}.`;
  return `${taken} because of ${words}. ${rate}`;
}

/** What the network answered, or what else the claim rests on. */
export function clusterEvidence(cluster: Omit<UnrankedCluster, 'rows'>, name: Naming): string {
  const [strongest] = cluster.tests;
  if (strongest === undefined) {
    return notAsked(cluster.claimed);
  }
  const { words, returned, returnedElsewhere, ordinaryReturned, transplanted } = strongest;
  const instead = isOfOneThing(strongest.kind)
    ? 'with as much covered elsewhere in the same pictures'
    : 'with that of another of them';
  const parts = [
    `Without ${cluster.claimed ? 'it' : words}, ${some(returned, strongest.images)} images get their true class back`,
    ...(returnedElsewhere === null ? [] : [`${instead}, ${some(returnedElsewhere, strongest.images)}`]),
    ...(ordinaryReturned === null ? [] : [`of other mistakes under the same change, ${percent(ordinaryReturned)}`]),
  ];
  const given =
    transplanted === null
      ? ''
      : ` Given it, ${some(transplanted.taken, transplanted.images)} correct images of other classes are taken for ${name(cluster.predicted)}; ` +
        `given the same part of other mistakes, ${count(transplanted.control, transplanted.images)}.`;
  const removed = strongest.isRemovable
    ? parts.join('; ')
    : `${cluster.claimed ? 'It' : capital(words)} cannot be taken out of a picture${nearUsual(strongest)}`;
  return `${removed}.${given}${inTheRun(strongest, name(cluster.predicted))}`;
}

function inTheRun({ inRun }: TestedChange, predicted: string): string {
  return inRun === null
    ? ''
    : ` In this run ${percent(inRun.alike.taken)} of the images of other classes that look so are taken for ${predicted}; of the others, ${percent(inRun.others.taken)}.`;
}

/** What moving a picture towards what is usual shows, where it shows something: colours put on grey are not the ones that were there. */
function nearUsual({ returned, returnedElsewhere, images }: TestedChange): string {
  return returned > (returnedElsewhere ?? 0)
    ? `, but brought as near to usual ones as can be, ${some(returned, images)} images get their true class back`
    : '';
}

/** Of a cluster that was not tested. */
export function notAsked(claimed: boolean): string {
  return `The network was not asked: ${claimed ? 'this is claimed' : 'nothing is claimed'} from how sure the answers are, and from what earlier layers see.`;
}

export function clusterAdvice(cluster: UnrankedCluster, name: Naming): string {
  const { correct, wrong } = cluster.lookAlikes;
  const others = series(cluster.labels.slice(0, 4).map((label) => name(label.class)));
  const [strongest] = cluster.tests;
  if (strongest !== undefined) {
    return `${clusterSentence(cluster, name)} Collect ${collected(strongest, others, name(cluster.predicted))}.`;
  }
  const few =
    correct >= wrong
      ? ''
      : correct === 0
        ? ` Not one correct image of ${others} looks like these.`
        : ` Only ${images(correct, 'correct image')} of ${others} ${correct === 1 ? 'looks' : 'look'} like these.`;
  return `${clusterSentence(cluster, name)}${few} Collect ${others} with what these images share, and ${name(cluster.predicted)} without it.`;
}

function collected({ kind, words }: TestedChange, others: string, predicted: string): string {
  if (kind === 'surroundings') return `${others} in such surroundings, and ${predicted} in others`;
  return `${others} with ${kind === 'seen' ? 'it' : words}, and ${predicted} without it`;
}

export function gapSentence(gap: Omit<UnrankedGap, 'rows' | 'nearCorrect'>, name: Naming): string {
  return (
    `${images(gap.size)} of ${name(gap.label)}, ${percent(gap.share)} of its mistakes, are unlike the ones that are recognised: taken for ` +
    `${listed(gap.predicted, name)}. What the network sees in them is ${timesAsUnlike(gap.distance)} the correct images as those are unlike each other` +
    `${againstReference(gap.reference)}`
  );
}

export function gapAdvice(gap: UnrankedGap, name: Naming): string {
  const near =
    gap.nearCorrect === 0
      ? 'No correct image looks'
      : `Only ${images(gap.nearCorrect, 'correct image')} ${gap.nearCorrect === 1 ? 'looks' : 'look'}`;
  return `${gapSentence(gap, name)} ${near} like these: collect ${name(gap.label)} of this kind.`;
}

/** The end of a sentence of what is unlike, and what the reference run has of it. */
export function againstReference(reference: Gap['reference']): string {
  if (reference === null) return '.';
  const { distance, rarer } = reference;
  const known =
    rarer >= 1000
      ? 'The reference has hardly any image of the class.'
      : rarer < 1.1
        ? 'Images like these are no rarer in the reference than images like the correct ones.'
        : `Images like these are ${rarer.toFixed(1)} times as rare in the reference as images like the correct ones.`;
  return `, and ${timesAsUnlike(distance)} the reference's. ${known}`;
}

/** Correct images that are nearly the same make any distance look immense: the figure says nothing then. */
export function timesAsUnlike(distance: number): string {
  return `${distance >= 1000 ? 'more than a thousand' : distance.toFixed(1)} times as unlike`;
}

function listed(classes: readonly { class: number; count: number }[], name: Naming): string {
  const [first, second] = classes;
  if (first !== undefined && second === undefined) return name(first.class);
  const shown = classes.slice(0, 4).map((own) => `${name(own.class)} (${own.count})`);
  const left = classes.length - shown.length;
  return series(left > 0 ? [...shown, `${left} more`] : shown);
}

function images(count: number, one = 'image'): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** A share of a few as they are counted: `10 of 12`. */
function some(share: number, all: number): string {
  return `${count(share, all)} of ${all}`;
}

/** An image counts in part where one of two coverings frees it: all are all only where each is. */
function count(share: number, all: number): number {
  return share < 1 ? Math.min(all - 1, Math.round(share * all)) : all;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}
