/** What the network is asked about a cluster, by a network whose rule is known. */

import { expect, test } from 'vitest';
import { uniformNumbers } from '../../../src/explain/random-numbers.ts';
import type { Network, Pictures, SeenImage } from '../../../src/interventions/network.ts';
import type { UnrankedCluster } from '../../../src/report/clusters/describe-cluster.ts';
import type { SampledImage } from '../../../src/report/clusters/sample.ts';
import { ClusterTester } from '../../../src/report/interventions/cluster-tester.ts';
import { PictureChanger } from '../../../src/report/interventions/picture-changer.ts';

const size = { width: 32, height: 32 };
const cells = 4;

/** Speckled; its key says how bright it is. */
function pictureOf(key: string): SeenImage {
  const [, row = '0', brightness = '0'] = /^(\d+)-(\d+)$/.exec(key) ?? [];
  const random = uniformNumbers(Number(row) + 1);
  const pixels = new Uint8Array(size.width * size.height * 3).map(() => Number(brightness) * (0.8 + 0.4 * random()));
  return { key, ...size, pixels };
}

function brightnessOf({ pixels }: SeenImage): number {
  return pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
}

/** Takes whatever is dark for night, class 0; the rest is day, class 1, or where it is very bright snow, class 2. */
class DarkIsNight implements Network {
  readonly size = size;
  asked = 0;

  async see(keys: readonly string[]): Promise<SeenImage[]> {
    return keys.map(pictureOf);
  }

  async ask(pictures: Pictures): Promise<Float32Array[]> {
    const answers: Float32Array[] = [];
    for await (const picture of pictures) {
      this.asked += 1;
      const logits = [(90 - brightnessOf(picture)) / 10, 0, (brightnessOf(picture) - 170) / 10];
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      answers.push(Float32Array.from(logits, (logit) => logit - total));
    }
    return answers;
  }
}

function images(count: number, label: number, predicted: number, brightness: number, first: number): SampledImage[] {
  return Array.from({ length: count }, (_, i) => {
    const row = first + i;
    return { row, key: `${row}-${brightness + (i % 5) * 2}`, label, predicted, margin: 0.9, weight: 1 };
  });
}

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
