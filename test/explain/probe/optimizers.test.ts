import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { faultyOptimizers, optimizerNames } from '../../../src/explain/probe/optimizers.ts';
import { temporaryFolder } from '../../shared/temporary-folder.ts';
import { TinyModel } from '../tiny-model.ts';

test('ONNX Runtime moves a Pad of zeros into a MaxPool, and the optimizer that does is named', async () => {
  const model = new TinyModel();
  const x = model.input([1, 1, 6, 6]);
  const padded = model.node('Pad', [x, model.ints('pads', [0, 0, 1, 1, 0, 0, 1, 1])]);
  model.output(model.node('MaxPool', [padded], { attributes: { kernel_shape: [3, 3], strides: [2, 2] } }));
  const file = await model.write(await temporaryFolder());
  const corner = async (disabled: readonly string[]) => {
    const optimization = { disable_specified_optimizers: disabled.join(';') };
    const session = await InferenceSession.create(path.resolve(file), { extra: { optimization }, logSeverityLevel: 4 });
    const results = await session.run({ input: new Tensor('float32', new Float32Array(36).fill(-1), [1, 1, 6, 6]) });
    await session.release();
    return Object.values(results)[0]?.data[0];
  };
  expect(await faultyOptimizers(async (disabled) => (await corner(disabled)) === 0)).toEqual(['Pad_Fusion']);
});

test('several that are at fault are all found, in few tries', async () => {
  const faulty = ['ConvAddFusion', 'TransposeOptimizer'];
  let tries = 0;
  const found = await faultyOptimizers(async (disabled) => {
    tries += 1;
    return faulty.every((name) => disabled.includes(name));
  });
  expect(found).toEqual(faulty);
  expect(tries).toBeLessThan(40);
});

test('where the answer stays wrong without any of them, none is named', async () => {
  expect(await faultyOptimizers(async () => false)).toBeUndefined();
  expect(new Set(optimizerNames).size).toBe(optimizerNames.length);
});
