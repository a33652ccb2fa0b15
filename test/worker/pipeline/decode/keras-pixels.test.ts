import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { scaledPixels } from '../../../../src/explain/pixel-input.ts';
import { readConfiguration } from '../../../../src/shared/run/read-configuration.ts';
import { decodeImage } from '../../../../src/worker/pipeline/decode/decode.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { temporaryFolder, writeFiles } from '../../../shared/temporary-folder.ts';
import { goldenFile } from './golden-pixels.ts';

/** Written by test/oracle/keras_layers.py. */
const golden = z
  .object({
    cases: z.array(z.object({ name: z.string(), recipe: z.unknown(), shape: z.array(z.number()), values: z.base64() })),
  })
  .parse(JSON.parse((await goldenFile('keras-layers.json')).toString()));

test.each(golden.cases.map((each) => [each.name, each] as const))(
  '%s: what Keras makes of a picture, to half a level',
  async (_, { recipe, shape, values }) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'preprocessing.json': JSON.stringify(recipe) });
    const given = { input: 'photos', model: 'm.onnx', output: 'out', preprocess: join(folder, 'preprocessing.json') };
    const preprocessing = resolvePreprocessing((await readConfiguration(given)).preprocess);
    const { size, range, std } = preprocessing;
    expect([3, size.height, size.width]).toEqual(shape);
    const { pixels } = await decodeImage(await goldenFile('landscape.png'), preprocessing);
    const ours = scaledPixels(pixels, preprocessing, { name: 'input', channels: 3, ...size, layout: 'NCHW' });
    const theirs = new Float32Array(new Uint8Array(Buffer.from(values, 'base64')).buffer);
    expect(ours).toHaveLength(theirs.length);
    // Pillow's antialiasing rounds twice.
    const levels = recipe !== null && JSON.stringify(recipe).includes('"antialias":true') ? 1 : 0.5;
    const area = size.height * size.width;
    const apart = ours.map((value, i) => {
      const level = (range[1] - range[0]) / 255 / (std[Math.floor(i / area)] ?? 1);
      return Math.abs(value - (theirs[i] ?? Number.NaN)) / level;
    });
    expect(Math.max(...apart)).toBeLessThan(levels + 0.02);
  },
);
