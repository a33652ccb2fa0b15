/** A classifier of greys, pictures of seven of its classes, and a table of their labels that is counted from 1. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TinyModel } from '../explain/tiny-model.ts';
import { plainPng } from '../worker/pipeline/decode/golden-pixels.ts';

const grey = (index: number) => 20 + 25 * index;
const classCount = 8;

/** Answers with the class whose grey is nearest to the picture's. */
function greyClassifier(): TinyModel {
  const model = new TinyModel();
  const classes = Array.from({ length: classCount }, (_, index) => index);
  const kernel = model.weight('kernel', [3, 3, 1, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const features = model.node('Relu', [model.node('Conv', [model.input(['n', 3, 8, 8]), kernel])], {
    name: '/features',
  });
  const pooled = model.node('Flatten', [model.node('GlobalAveragePool', [features])]);
  const slopes = classes.flatMap((index) => Array<number>(3).fill((2 * grey(index)) / 3 / 255));
  const weights = [
    model.weight('weight', [classCount, 3], slopes),
    model.weight(
      'bias',
      [classCount],
      classes.map((index) => -(grey(index) ** 2) / 255),
    ),
  ];
  return model.output(model.node('Gemm', [pooled, ...weights], { attributes: { transB: 1 } }));
}

/** @returns paths of the model, the folder of its 21 pictures, and the table */
export async function writeShiftedGreys(folder: string): Promise<{ model: string; photos: string; labels: string }> {
  const photos = join(folder, 'greys');
  await mkdir(photos);
  const rows = [];
  for (let image = 0; image < 21; image += 1) {
    const key = `${String(image).padStart(2, '0')}.png`;
    const value = grey(image % 7);
    await writeFile(join(photos, key), await plainPng(8, 8, [value, value, value]));
    rows.push(`${key},${(image % 7) + 1}\n`);
  }
  const labels = join(folder, 'greys.csv');
  await writeFile(labels, `key,label\n${rows.join('')}`);
  return { model: await greyClassifier().write(folder, 'greys.onnx'), photos, labels };
}
