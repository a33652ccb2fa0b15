/**
 * `node maps-process.js <model> <provider> <pixels> <count> <layers> <target folder> <precision>`: maps of the predicted classes at each layer, as
 * `<place of the layer>.f32` `[count, h, w]` and `classes.i32`. A process of its own, because a process has one precision.
 */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Explainer } from '../../src/explain/explainer.ts';
import { usualScaling } from './usual-scaling.ts';

const [model = '', provider = '', pixels = '', images = '', layers = '', target = '', given] = process.argv.slice(2);
const precision = z.enum(['float32', 'tf32', 'float16']).parse(given);
const count = Number(images);
await using explainer = await Explainer.open({
  model,
  layers: layers.split(','),
  batchSize: count,
  providers: [provider],
  pixels: usualScaling,
  precision,
});
const { maps } = await explainer.explain(new Uint8Array(await readFile(pixels)), { count });
await mkdir(target, { recursive: true });
for (const [i, { values, classes }] of maps.entries()) {
  await writeFile(join(target, `${i}.f32`), values);
  await writeFile(join(target, 'classes.i32'), classes);
}
