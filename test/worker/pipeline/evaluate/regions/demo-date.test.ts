/** The demo's network took the printed date for a lighthouse: its maps for that answer lie on the date. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { planImageSet } from '../../../../../demo/draw/image-set.ts';
import { writeImageSet } from '../../../../../demo/draw/write-image-set.ts';
import { readConfiguration } from '../../../../../src/shared/run/read-configuration.ts';
import { explainRun } from '../../../../../src/worker/local/explain-run.ts';
import { temporaryFolder } from '../../../local/run-fixture.ts';
import { openHere } from '../open-here.ts';

const demo = (file: string) => fileURLToPath(new URL(`../../../../../demo/${file}`, import.meta.url));

test('the regions of the date hold the evidence for lighthouses, far more than by chance', async () => {
  const folder = await temporaryFolder();
  const input = join(folder, 'pictures');
  const truth = await writeImageSet(planImageSet('validation', 32, 11), input);
  const stamped = truth.filter(({ stamp }) => stamp !== null);
  const regions = join(folder, 'dates.json');
  const images = stamped.map(({ key }, id) => ({ id, file_name: key }));
  const annotations = stamped.map(({ stamp }, image_id) => ({
    image_id,
    category_id: 3,
    bbox: [stamp?.x, stamp?.y, stamp?.width, stamp?.height],
  }));
  await writeFile(regions, JSON.stringify({ images, annotations, categories: [{ id: 3, name: 'Lighthouse' }] }));
  const configuration = await readConfiguration({
    input,
    output: join(folder, 'out'),
    model: demo('model/demo.onnx'),
    classes: demo('classes.json'),
    layers: 'layer4',
    target: 'class:lighthouse,class:balloon',
    overlays: 'none',
    regions,
  });
  const events = {
    onProvider: () => {},
    onLayers: () => {},
    onNotice: () => {},
    onPlan: () => {},
    onProgress: () => {},
    onWarning: () => {},
  };
  const summary = await explainRun(configuration, events, new AbortController().signal, openHere);
  const [row, ...others] = summary.regions ?? [];
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    layer: 'layer4',
    method: 'grad-cam',
    target: 'class:lighthouse',
    images: stamped.length,
  });
  expect(row?.hits).toBeGreaterThan(0.6);
  expect(row?.inside.mean).toBeGreaterThan(3 * (row?.area.mean ?? Number.NaN));
});
