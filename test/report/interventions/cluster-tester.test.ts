/** What the network is asked about a cluster, by a network whose rule is known. */

import { expect, test } from 'vitest';
import type { Network } from '../../../src/interventions/network.ts';
import type { UnrankedCluster } from '../../../src/report/clusters/describe-cluster.ts';
import type { SampledImage } from '../../../src/report/clusters/sample.ts';
import { ClusterTester } from '../../../src/report/interventions/cluster-tester.ts';
import { PictureChanger } from '../../../src/report/interventions/picture-changer.ts';
import { DarkIsNight, images } from './dark-pictures.ts';

const cells = 4;

test('a look is a cause, though most of what is correct is of the class that has it, too', async () => {
  const fooled = images(12, 1, 0, 30, 0);
  const night = images(200, 0, 0, 30, 12);
  const sample = [...fooled, ...night, ...images(40, 1, 1, 130, 212), ...images(10, 1, 2, 190, 252)];
  const network = new DarkIsNight();
  const [tested] = await testerOf(sample, network).test([clusterOf(fooled)]);
  expect(tested).toMatchObject({ claimed: true, grounds: 'interventions' });
  expect(tested?.tests[0]).toMatchObject({ kind: 'light', words: 'low light', returned: 1 });
  expect(tested?.tests[0]?.transplanted?.taken).toBeGreaterThan(0.9);
  expect(network.asked).toBeLessThan(1000);
});

test('what looks otherwise does not belong to a cluster with a look, and other mistakes that look like it do', async () => {
  const dark = images(14, 1, 0, 30, 0);
  const bright = images(4, 1, 0, 120, 14);
  const [darkToo, brightToo] = [images(6, 1, 0, 32, 18), images(8, 1, 0, 125, 24)];
  const others = [...images(60, 1, 1, 130, 32), ...images(10, 1, 2, 190, 92)];
  const sample = [...dark, ...bright, ...darkToo, ...brightToo, ...others];
  const tester = testerOf(sample, new DarkIsNight());
  const [tested] = await tester.test([clusterOf(dark)]);
  if (tested === undefined) throw new Error('Nothing came back.');
  const rows = (all: readonly SampledImage[]) => all.map(({ row }) => row);
  const alike = await tester.lookingAlike(tested, rows([...dark, ...bright]), rows([...darkToo, ...brightToo]));
  expect(alike).toEqual(rows([...dark, ...darkToo]));
  expect(await tester.lookingAlike({ ...tested, claimed: false }, rows(dark), [])).toBeNull();
});

function testerOf(sample: readonly SampledImage[], network: Network): ClusterTester {
  const heatmaps = new Float32Array(sample.length * cells).fill(1);
  const deepest = { channels: 1, evidence: new Float32Array(sample.length), height: 2, width: 2, heatmaps };
  return new ClusterTester({ sample, deepest, network, changer: new PictureChanger(), most: 5000 });
}

function clusterOf(members: readonly SampledImage[]): UnrankedCluster {
  return {
    predicted: 0,
    images: members.map(({ key }) => key),
    rows: members.map(({ row }) => row),
    size: members.length,
    share: 1,
    labels: [{ class: 1, count: members.length }],
    heatmap: [],
    place: 'all over',
    typical: [],
    counterExamples: [],
    lookAlikes: { correct: 0, wrong: 0 },
    errorRate: { slice: 1, classes: 0.2 },
    spuriousCue: 1,
    claimed: false,
    grounds: 'margins',
    tests: [],
    chance: 0.001,
    setApart: 2,
    embedding: { images: [], correct: [] },
  };
}
