/** What a cluster's cause is put into, and what it is held against. */

import { describe, expect, it } from 'vitest';
import type { SampledImage } from '../../../src/report/clusters/sample.ts';
import { lookChange } from '../../../src/report/interventions/change.ts';
import { OrdinaryImages } from '../../../src/report/interventions/ordinary-images.ts';
import { PictureChanger } from '../../../src/report/interventions/picture-changer.ts';
import { transplant } from '../../../src/report/interventions/transplants.ts';
import type { TriedImage } from '../../../src/report/interventions/tried-image.ts';
import { DarkIsNight, images, pictureOf } from './dark-pictures.ts';

const changer = new PictureChanger();
const network = new DarkIsNight();

describe('recipients of a cause', () => {
  const sample = [...images(60, 1, 1, 130, 0), ...images(60, 2, 2, 190, 60), ...images(2, 3, 3, 130, 120)];
  const predicted = images(40, 0, 0, 30, 122);
  const heatmaps = new Float32Array((sample.length + predicted.length) * 4).fill(1);
  const deepest = { channels: 1, evidence: new Float32Array(heatmaps.length / 4), height: 2, width: 2, heatmaps };
  const ordinary = new OrdinaryImages({ sample: [...sample, ...predicted], deepest, network, changer });
  const labelsOf = (recipients: readonly SampledImage[]) =>
    [1, 2, 3].map((label) => recipients.filter((image) => image.label === label).length);
  const labels = [
    { class: 1, count: 30 },
    { class: 2, count: 10 },
  ];

  it('are of the classes that the images are of, each as often as there, the first of them as well', async () => {
    const recipients = await ordinary.recipients({ predicted: 0, labels }, 20);
    expect(labelsOf(recipients)).toEqual([15, 5, 0]);
    expect(labelsOf(recipients.slice(0, 8))).toEqual([6, 2, 0]);
    expect(Math.max(...recipients.filter(({ label }) => label === 1).map(({ row }) => row))).toBeGreaterThan(45);
  });

  it('are of others where these have too few, and never of the class that the images are taken for', async () => {
    const recipients = await ordinary.recipients({ predicted: 0, labels: [{ class: 3, count: 9 }] }, 20);
    expect(recipients).toHaveLength(20);
    expect(labelsOf(recipients)[2]).toBe(2);
    expect(recipients.some(({ label }) => label === 0)).toBe(false);
    expect(new Set(recipients.map(({ row }) => row)).size).toBe(20);
  });
});

it('a look that other mistakes have, too, is not held against itself', async () => {
  const tried = (all: readonly SampledImage[]): TriedImage[] =>
    all.map((image) => ({ ...image, picture: pictureOf(image.key), heatmap: { height: 1, width: 1, values: [1] } }));
  const own = tried(images(10, 1, 0, 30, 0));
  const mistakes = tried([...images(5, 1, 2, 30, 10), ...images(10, 1, 2, 190, 15)]);
  const light = lookChange([{ statistic: 'light', usual: [[120]], own: [[30]] }]);
  const correct = tried(images(30, 1, 1, 130, 25));
  const found = await transplant(light, { own, mistakes, correct, predicted: 0 }, { network, changer });
  expect(found).toMatchObject({ images: 30, taken: 1, control: 0 });
});
