import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { Explainer } from '../../src/explain/explainer.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { TinyModel } from '../explain/tiny-model.ts';
import { recordsOf } from '../fleet/fleet.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { npy, pattern, planes, tiff } from '../worker/pipeline/decode/band-files.ts';
import { gradline } from './gradline.ts';

const bands = 5;
const means = [1, 2, 3, 4, 5];

async function project() {
  const folder = await temporaryFolder();
  const model = new TinyModel({ seed: 'bands' });
  const features = model.node('Relu', [model.conv(model.input(['n', bands, 8, 8], 'bands'), '/conv/Conv', bands, 4)], {
    name: '/relu/Relu',
  });
  const file = await model.output(model.pooledHead(features, 4, 5)).write(folder);
  await mkdir(join(folder, 'photos'));
  const output = join(folder, 'out');
  const flags = [
    '--preprocess',
    'none',
    '--fit',
    'none',
    '--mean',
    means.join(','),
    '--std',
    '7',
    '--score-activation',
    'none',
  ];
  const run = (...more: string[]) =>
    gradline([
      'run',
      join(folder, 'photos'),
      '--model',
      file,
      '--output',
      output,
      ...flags,
      '--no-report',
      '--quiet',
      ...more,
    ]);
  return { folder, file, output, run };
}

test('gradline run explains pictures of five bands from NumPy arrays and TIFFs', async () => {
  const { folder, file, output, run } = await project();
  const values = pattern(8, 8, bands).map((value) => value * 100);
  const photos: Record<string, Buffer> = {
    'array.npy': npy(values, [8, 8, bands], '<u2'),
    'planes.npy': npy(planes(values, bands), [bands, 8, 8], '<f4'),
  };
  for (const [name, body] of Object.entries(photos)) await writeFile(join(folder, 'photos', name), body);
  expect(await run('--evaluate', '--evaluate-sample', '1', '--overlay-format', 'png')).toMatchObject({
    code: 0,
    stderr: '',
  });
  await using explainer = await Explainer.open({ model: file, layers: ['last'], targets: ['predicted'], batchSize: 1 });
  const input = Float32Array.from(planes(values, bands), (value, i) => (value - (means[Math.floor(i / 64)] ?? 0)) / 7);
  const { logits } = await explainer.explain(input, { count: 1 });
  await using store = await openStore(output);
  const records = await recordsOf(store);
  expect(records).toHaveLength(2);
  for (const record of records) {
    if (record.status !== 'done') throw new Error(record.error.message);
    for (const { class: index, score } of record.top) expect(score).toBeCloseTo(logits[index] ?? Number.NaN, 1);
    const seen = await sharp(await readFile(join(output, record.picture ?? '')))
      .raw()
      .toBuffer();
    expect(Math.max(...seen)).toBe(255);
    expect(Math.min(...seen)).toBe(0);
  }
});

test('files with other bands are quarantined, and settings that do not fit are refused before anything is written', async () => {
  const { folder, run } = await project();
  const four = tiff(Uint8Array.from(pattern(8, 8, 4)), { width: 8, height: 8, bands: 4 });
  const five = tiff(Uint8Array.from(pattern(8, 8, bands)), { width: 8, height: 8, bands });
  await writeFile(join(folder, 'photos', 'four.tif'), four);
  await writeFile(join(folder, 'photos', 'five.tif'), five);
  const refused = await run('--mean', '1,2,3');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('has 5 channels, and the preprocessing has 3 numbers for mean');
  const drawn = await run('--overlay-bands', '6');
  expect(drawn.code).not.toBe(0);
  expect(drawn.stderr).toContain('has 5 bands, counted from 1');
  const { code } = await run();
  expect(code).toBe(1);
});
