/** What a reader is told of a cluster that was tested on the network. */

import { expect, test } from 'vitest';
import type { UnrankedCluster } from '../../../src/report/clusters/describe-cluster.ts';
import { clusterAdvice, clusterEvidence, clusterSentence } from '../../../src/report/gaps/sentences.ts';
import { frame } from '../page/simple-proofs.ts';

const name = (index: number) => ['animals', 'dogs', 'outdoors'][index] ?? 'none';
const cluster: UnrankedCluster = {
  predicted: 1,
  rows: [],
  images: [],
  size: 15,
  share: 0.3,
  labels: [
    { class: 2, count: 10 },
    { class: 0, count: 5 },
  ],
  heatmap: [],
  place: 'all over',
  typical: [],
  counterExamples: [],
  lookAlikes: { correct: 36, wrong: 22 },
  errorRate: { slice: 0.45, classes: 0.29 },
  spuriousCue: 0.2,
  claimed: true,
  grounds: 'interventions',
  tests: [frame],
  chance: 0.01,
  setApart: 3,
  embedding: { images: [], correct: [] },
};

test('a claim names the cause, its rate among images that were given it, and what to collect', () => {
  expect(clusterAdvice(cluster, name)).toBe(
    '15 images of outdoors (10) and animals (5) are taken for dogs because of a border or frame. Given it, 11 of 12 correct images of other classes are taken ' +
      'for dogs. Collect outdoors and animals with a border or frame, and dogs without it.',
  );
  expect(clusterEvidence(cluster, name)).toBe(
    'Without it, 10 of 12 images get their true class back; of other mistakes under the same change, 13%. Given it, 11 of 12 correct images of other classes ' +
      'are taken for dogs; given the same part of other mistakes, 1.',
  );
});

test('a look that goes with the class in the run itself is said to', () => {
  const inRun = { alike: { images: 90, taken: 0.38 }, others: { images: 130, taken: 0.034 }, chance: 1e-9 };
  expect(clusterEvidence({ ...cluster, tests: [{ ...frame, kind: 'light', inRun }] }, name)).toMatch(
    /In this run 38% of the images of other classes that look so are taken for dogs; of the others, 3%\.$/,
  );
});

test('where nothing is claimed, no cause is named as one', () => {
  expect(clusterSentence({ ...cluster, claimed: false }, name)).toBe(
    '15 images of outdoors (10) and animals (5) are taken for dogs, looking all over the picture. Of what was changed in them, a border or frame counts most.',
  );
  expect(clusterEvidence({ ...cluster, claimed: false, tests: [], grounds: 'margins' }, name)).toContain(
    'The network was not asked: nothing is claimed',
  );
});
