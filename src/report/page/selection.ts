/** Which images a page of limited size holds. */

import { createHash } from 'node:crypto';
import type { DoneRecord } from '../../shared/run/record.ts';
import type { Findings } from '../contract.ts';
import type { PageSelection } from './page-data.ts';

export interface ImageSelection {
  includes(record: DoneRecord): boolean;
  /** Null when every image is taken. */
  shares: Omit<PageSelection, 'shown' | 'done'> | null;
}

/**
 * All images up to `limit`. Above it: every image that a finding names, then mistakes, then others, the last two drawn by a digest
 * of the key where they do not all fit, so that the same run gives the same page. About `limit` images, more only where findings name more.
 * @param alsoNamed keys of images that are on the page whatever the findings say
 */
export function selectImages(findings: Findings, limit: number, alsoNamed: Iterable<string> = []): ImageSelection {
  const { done, labelled, correct } = findings.counts;
  if (done <= limit) return { includes: () => true, shares: null };
  const wrong = namedMistakes(findings);
  const right = namedCorrect(findings);
  const otherWrong = labelled - correct - wrong.size;
  const others = done - (labelled - correct) - right.size;
  const room = limit - wrong.size - right.size;
  const mistakes = share(room, otherWrong);
  const rest = share(room - otherWrong, others);
  const also = new Set(alsoNamed);
  return {
    includes: ({ key, correct }) =>
      also.has(key) || wrong.has(key) || right.has(key) || positionOf(key) < (correct === false ? mistakes : rest),
    shares: { mistakes, rest },
  };
}

function share(room: number, images: number): number {
  return images <= 0 ? 1 : Math.min(1, Math.max(0, room) / images);
}

/** Mistakes that stand in a finding; the plain list of mistakes is none. */
function namedMistakes({ labelErrors, clusters, gaps, collect, multiLabel }: Findings): Set<string> {
  const groups = [...clusters, ...gaps].flatMap(({ images, typical }) => [...images, ...typical]);
  return new Set([
    ...labelErrors.map(({ key }) => key),
    ...groups,
    ...collect.flatMap(({ images }) => images),
    ...(multiLabel?.missingLabels ?? []).map(({ key }) => key),
  ]);
}

/** Correct images that stand in a finding. */
function namedCorrect({ clusters, gaps }: Findings): Set<string> {
  return new Set([
    ...clusters.flatMap(({ counterExamples, embedding }) => [
      ...counterExamples,
      ...embedding.correct.map(({ key }) => key),
    ]),
    ...gaps.flatMap(({ nearest }) => nearest),
  ]);
}

/** A fixed place of the key between 0 and 1. */
function positionOf(key: string): number {
  return createHash('sha256').update(key).digest().readUIntBE(0, 6) / 2 ** 48;
}
