/** Which images a page of limited size holds. */

import { createHash } from 'node:crypto';
import type { DoneRecord } from '../../shared/record.ts';
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
 */
export function selectImages(findings: Findings, limit: number): ImageSelection {
  const { done, labelled, correct } = findings.counts;
  if (done <= limit) return { includes: () => true, shares: null };
  const named = namedKeys(findings);
  const wrong = labelled - correct;
  const room = Math.max(0, limit - named.size);
  const mistakes = share(room, wrong);
  const rest = share(Math.max(0, room - wrong), done - wrong);
  return {
    includes: ({ key, correct }) => named.has(key) || positionOf(key) < (correct === false ? mistakes : rest),
    shares: { mistakes, rest },
  };
}

function share(room: number, images: number): number {
  return images === 0 ? 1 : Math.min(1, room / images);
}

/** Keys of the images that stand in a finding; mistakes by themselves are not one. */
function namedKeys({ labelErrors, clusters, gaps, collect }: Findings): Set<string> {
  const keys = new Set<string>(labelErrors.map(({ key }) => key));
  const add = (images: readonly string[]) => {
    for (const key of images) keys.add(key);
  };
  for (const { images, typical, counterExamples, embedding } of clusters) {
    add(images);
    add(typical);
    add(counterExamples);
    add(embedding.correct.map(({ key }) => key));
  }
  for (const { images, typical, nearest } of gaps) {
    add(images);
    add(typical);
    add(nearest);
  }
  for (const { images } of collect) add(images);
  return keys;
}

/** A fixed place of the key between 0 and 1. */
function positionOf(key: string): number {
  return createHash('sha256').update(key).digest().readUIntBE(0, 6) / 2 ** 48;
}
