import { describe, expect, test } from 'vitest';
import { difference, openTiny } from './open-tiny.ts';
import { inputName, pixels, smallClassifier, TinyModel } from './tiny-model.ts';

const perImage = 3 * 8 * 8;

/** The small classifier with its features flattened by a Reshape to the given shape. */
function reshaping(shape: number[]): TinyModel {
  const model = new TinyModel();
  model.input(['n', 3, 8, 8]);
  let x = model.conv(inputName, '/conv/Conv', 3, 4);
  x = model.node('Relu', [x], { name: '/relu/Relu' });
  x = model.node('Reshape', [x, model.ints('shape', shape)], { name: '/Reshape' });
  return model.output(model.linear(x, '/fc/Gemm', 256, 5));
}

describe('compiled batch', () => {
  test('a free batch takes the size asked for, 8 by default', async () => {
    await using asked = await openTiny(smallClassifier(), { batchSize: 3 });
    expect(asked.batchSize).toBe(3);
    expect(asked.layers[0]?.shape[0]).toBe(3);
    await using unasked = await openTiny(smallClassifier({ batch: 'N' }), { batchSize: 8 });
    expect(unasked.batchSize).toBe(8);
  });

  test.each([1, 4])('a batch that the model fixes to %i stays', async (batch) => {
    await using explainer = await openTiny(smallClassifier({ batch }), {
      batchSize: 6,
      layers: ['features.1', 'last'],
    });
    expect(explainer.batchSize).toBe(batch);
    await using free = await openTiny(smallClassifier(), { batchSize: batch, layers: ['features.1', 'last'] });
    const images = pixels(batch);
    const fixed = await explainer.explain(images, { count: batch });
    const other = await free.explain(images, { count: batch });
    expect(fixed.maps.map((map) => [...map.values])).toEqual(other.maps.map((map) => [...map.values]));
  });

  test.each([
    ['that fixes one image', [1, -1], 1],
    ['that fixes one image and the length', [1, 256], 1],
    ['that keeps the batch', [0, -1], 4],
    ['that infers the batch', [-1, 256], 4],
  ])('a free batch with a Reshape inside %s', async (_, shape, batch) => {
    await using explainer = await openTiny(reshaping(shape), { batchSize: 4, layers: ['relu', 'last'] });
    expect(explainer.batchSize).toBe(batch);
    const { maps } = await explainer.explain(pixels(1), { count: 1 });
    await using reference = await openTiny(reshaping([0, -1]), { batchSize: 1, layers: ['relu', 'last'] });
    const expected = (await reference.explain(pixels(1), { count: 1 })).maps;
    expect(difference(maps[0]?.values, expected[0]?.values)).toBeLessThan(1e-6);
    expect(difference(maps[1]?.values, expected[1]?.values)).toBeLessThan(1e-6);
  });
});

describe('a batch', () => {
  test('that is short gives the first rows of the full one', async () => {
    const options = {
      layers: ['features.1', 'last'],
      capture: ['activations', 'gradients'] as const,
      statistics: true,
    };
    await using explainer = await openTiny(smallClassifier(), { ...options, capture: [...options.capture] });
    const images = pixels(4);
    const full = await explainer.explain(images, { count: 4 });
    const short = await explainer.explain(images.subarray(0, 2 * perImage), { count: 2 });
    const half = (values: Float32Array) => [...values.subarray(0, values.length / 2)];
    expect(short.count).toBe(2);
    expect([...short.logits]).toEqual(half(full.logits));
    expect([...short.scores]).toEqual(half(full.scores));
    short.maps.forEach((map, i) => {
      const whole = full.maps[i];
      expect([...map.classes]).toEqual([...(whole?.classes ?? [])].slice(0, 2));
      for (const part of ['values', 'evidence', 'gradientPeak'] as const) {
        expect([...map[part]]).toEqual(half(whole?.[part] ?? new Float32Array()));
      }
    });
    short.captured.forEach((tensor, i) => {
      expect(tensor.shape[0]).toBe(2);
      expect([...tensor.values]).toEqual(half(full.captured[i]?.values ?? new Float32Array()));
    });
    expect(short.captured).toHaveLength(4);
    expect([...(short.statistics[1]?.mean ?? [])]).toEqual(half(full.statistics[1]?.mean ?? new Float32Array()));
  });

  test('ignores values behind its images', async () => {
    await using explainer = await openTiny(smallClassifier());
    const images = pixels(4);
    const spoiled = images.slice().fill(Number.NaN, perImage);
    const a = await explainer.explain(images, { count: 1 });
    const b = await explainer.explain(spoiled, { count: 1 });
    expect([...(b.maps[0]?.values ?? [])]).toEqual([...(a.maps[0]?.values ?? [])]);
  });

  test.each([0, -1, 5, 1.5, Number.NaN])('of %d images is refused where 1 to 4 fit', async (count) => {
    await using explainer = await openTiny(smallClassifier());
    await expect(explainer.explain(pixels(5), { count })).rejects.toThrow(RangeError);
  });

  test('with fewer values than its images need is refused', async () => {
    await using explainer = await openTiny(smallClassifier());
    const attempt = explainer.explain(pixels(2).subarray(1), { count: 2 });
    await expect(attempt).rejects.toThrow(/1 to 4 images of 192 values; got 2 images in 383/);
  });
});
