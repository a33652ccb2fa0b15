/** MeanVarianceNormalization, whose result's shape ONNX Runtime does not infer. */

import { expect, test } from 'vitest';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { runDirectly } from './direct-run.ts';
import { difference, openTiny } from './open-tiny.ts';
import { pixels, TinyModel } from './tiny-model.ts';

function normalising(opset: number, axes?: number[]): TinyModel {
  const model = new TinyModel({ opset });
  const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
  const attributes = axes === undefined ? {} : { axes };
  const normal = model.node('MeanVarianceNormalization', [x], { name: '/norm/Normalise', attributes });
  const next = model.node('Relu', [model.conv(normal, '/next/Conv', 4, 4)], { name: '/next/Relu' });
  return model.output(model.pooledHead(next, 4, 5));
}

test.each<[number, number[] | undefined]>([
  [9, [2, 3]],
  [13, [2, 3]],
  [18, [-1, -2]],
  [18, undefined],
])('opset %i, axes %j: layers before, at and behind it can be hooked, and the scores stay', async (opset, axes) => {
  const model = normalising(opset, axes);
  await using explainer = await openTiny(model, { layers: ['conv', 'norm', 'next'], capture: ['activations'] });
  const images = pixels(4);
  const { logits, maps, captured } = await explainer.explain(images, { count: 4 });
  const name = '/norm/Normalise_output_0';
  const direct = await runDirectly(model.build(), images, [4, 3, 8, 8], await temporaryFolder(), [name]);
  const [scores] = model.outputs;
  expect(difference(logits, direct[scores?.name ?? ''])).toBeLessThan(1e-4);
  expect(difference(captured.find(({ layer }) => layer === 'norm')?.values, direct[name])).toBeLessThan(1e-4);
  for (const map of maps) expect(map.gradientPeak.every((peak) => peak > 0)).toBe(true);
});
