/** Models of old operator sets explain as they run: every rewritten operator against ONNX Runtime on the file as it is. */

import { describe, expect, test } from 'vitest';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { runDirectly } from './direct-run.ts';
import { difference, expectRefusal, openTiny } from './open-tiny.ts';
import { type Form, forms } from './operator-forms.ts';
import { inputName, pixels, smallClassifier, TinyModel } from './tiny-model.ts';

/** The operator between a convolution and another, all in front of a pooled head; two images of `[3, 8, 8]`. */
function around(form: Form, opset: number): TinyModel {
  const model = new TinyModel({ opset, irVersion: opset < 9 ? 3 : 7, seed: form.title });
  let x = model.conv(model.input([2, 3, 8, 8]), '/conv1/Conv', 3, 4);
  x = form.append(model, x);
  x = model.conv(x, '/conv2/Conv', 4, 4);
  return model.output(model.pooledHead(x, 4, 5));
}

describe.each(forms)('$title', (form) => {
  test.each(form.opsets)('in opset %i', async (opset) => {
    const model = around(form, opset);
    // Files of IR version 3 list their weights as inputs.
    if (model.irVersion === 3) listWeightsAsInputs(model);
    const images = pixels(2);
    const folder = await temporaryFolder();
    const output = model.outputs[0]?.name ?? '';
    const hooked = '/conv2/Conv_output_0';
    const direct = await runDirectly(model.build(), images, [2, 3, 8, 8], folder, [hooked]);
    await using explainer = await openTiny(model, { layers: ['conv2'], capture: ['activations'] });
    const { logits, captured } = await explainer.explain(images, { count: 2 });
    expect(share(logits, direct[output])).toBeLessThan(1e-5);
    expect(share(captured[0]?.values, direct[hooked])).toBeLessThan(1e-5);
  });
});

/** Largest difference as a share of the largest magnitude. */
function share(values: Float32Array | undefined, expected: Float32Array | undefined): number {
  return difference(values, expected) / Math.max(...(expected ?? []).map(Math.abs));
}

function listWeightsAsInputs(model: TinyModel): void {
  const image = model.inputs.splice(0);
  for (const { name, dims, dataType } of model.initializers) model.input(dims.map(Number), name, dataType);
  model.inputs.push(...image);
}

describe('a whole classifier', () => {
  test.each([7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 21, 23])(
    'in opset %i explains as in opset 18',
    async (opset) => {
      const options = { layers: ['features.1', 'last'], targets: ['class:3'] };
      await using reference = await openTiny(smallClassifier(), options);
      const model = smallClassifier({ opset });
      model.irVersion = opset < 21 ? 8 : 10;
      await using explainer = await openTiny(model, options);
      const expected = await reference.explain(pixels(2), { count: 2 });
      const { maps } = await explainer.explain(pixels(2), { count: 2 });
      expect(maps.map((map) => [...map.values])).toEqual(expected.maps.map((map) => [...map.values]));
    },
  );

  test.each([3, 6])('with its weights listed as inputs, in IR version %i', async (irVersion) => {
    await using reference = await openTiny(smallClassifier());
    const model = smallClassifier({ opset: 9 });
    model.irVersion = irVersion;
    listWeightsAsInputs(model);
    await using explainer = await openTiny(model);
    expect(explainer.input.name).toBe(inputName);
    const expected = await reference.explain(pixels(2), { count: 2 });
    const { maps } = await explainer.explain(pixels(2), { count: 2 });
    expect([...(maps[0]?.values ?? [])]).toEqual([...(expected.maps[0]?.values ?? [])]);
  });

  test('with attention whose old Softmax is rewritten can be hooked by the name of that Softmax', async () => {
    const model = new TinyModel({ opset: 11 });
    let x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, 4);
    x = model.node('Softmax', [x], { name: '/gate/Softmax', attributes: { axis: 3 } });
    model.output(model.pooledHead(x, 4, 5));
    await using explainer = await openTiny(model, { layers: ['gate', '/gate/Softmax'] });
    expect(explainer.layers.map(({ tensor }) => tensor)).toEqual(['/gate/Softmax_output_0', '/gate/Softmax_output_0']);
    expect(explainer.layers[1]?.shape).toEqual([4, 4, 8, 8]);
  });
});

describe('refused', () => {
  test('opset 6', async () => {
    await expectRefusal(openTiny(smallClassifier({ opset: 6 })), 'opset-too-old', 'opset 6', 'opset 7 and newer');
  });

  test('an opset that the installed ONNX Runtime does not know, in one clear sentence', async () => {
    const attempt = openTiny(smallClassifier({ opset: 99 }));
    await expectRefusal(attempt, 'model-too-new', /^The model is newer than .* reads up to opset \d+\. Export/);
  });

  test('a file format that the installed ONNX Runtime does not know', async () => {
    const model = smallClassifier();
    model.irVersion = 99;
    await expectRefusal(openTiny(model), 'model-too-new', /reads up to IR version: \d+\. Export/);
  });
});

test('a weight of whole numbers listed as an input is no image', async () => {
  const model = smallClassifier({ opset: 9 });
  model.ints('unused', [1, 2, 3]);
  model.input([3], 'unused', ElementType.int64);
  await using explainer = await openTiny(model);
  expect(explainer.input.name).toBe(inputName);
});
