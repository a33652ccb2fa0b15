/** How a look goes with a class in a run's own images. */

import { expect, test } from 'vitest';
import { lookChange } from '../../../src/report/interventions/change.ts';
import { ClusterLooks } from '../../../src/report/interventions/cluster-looks.ts';
import { PictureChanger } from '../../../src/report/interventions/picture-changer.ts';
import { images, pictureOf } from './dark-pictures.ts';

const dark = images(30, 1, 0, 30, 0);
const darkButRight = images(20, 1, 1, 32, 30);
const bright = images(10, 1, 0, 140, 50);
const brightAndRight = images(80, 1, 1, 130, 60);
const night = images(40, 0, 0, 30, 140);
const heatmap = { height: 1, width: 1, values: [1] };
const light = lookChange([{ statistic: 'light', usual: [[130]], own: [[30]] }]);

/** @param each how many images of the run each correct one stands for */
function looksOf(each: number): ClusterLooks {
  const sample = [...dark, ...darkButRight, ...bright, ...brightAndRight, ...night].map((image) =>
    image.label === image.predicted ? { ...image, weight: each } : image,
  );
  return new ClusterLooks({
    sample,
    changer: new PictureChanger(),
    read: async (rows) =>
      rows.flatMap((row) =>
        sample
          .filter((image) => image.row === row)
          .map((image) => ({ ...image, picture: pictureOf(image.key), heatmap })),
      ),
    usual: async () => [],
  });
}

test('images of other classes that look so are taken for it as often as the run says', async () => {
  const cluster = { rows: dark.slice(0, 20).map(({ row }) => row), predicted: 0 };
  const seen = await looksOf(1).inRun(light, cluster);
  expect(seen).toMatchObject({ alike: { images: 50, taken: 0.6 }, others: { images: 90, taken: 0.1111 } });
  expect(seen?.chance).toBeLessThan(1e-8);
});

test('where correct images are sampled, each counts for those that it stands for', async () => {
  const cluster = { rows: dark.slice(0, 20).map(({ row }) => row), predicted: 0 };
  const seen = await looksOf(10).inRun(light, cluster);
  expect(seen?.alike).toEqual({ images: 50, taken: 0.1304 });
  expect(seen?.others).toEqual({ images: 90, taken: 0.0123 });
});
