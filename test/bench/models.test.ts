import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomBatch } from '../../bench/batch.ts';
import { benchModels, writeBenchModel } from '../../bench/models/models.ts';
import { Explainer } from '../../src/explain/explainer.ts';
import { readModel } from '../../src/explain/onnx/model-file.ts';

/**
 * Weights of torchvision's networks less one number for each channel of a BatchNorm: folded, its scale is gone and its shift is
 * the convolution's bias. `grids` are those of the benchmarked layers, from the last to the first.
 */
const facts: Record<string, { convolutions: number; weights: number; grids: [channels: number, side: number][] }> = {
  resnet34: {
    convolutions: 36,
    weights: 21_797_672 - 8_512,
    grids: [
      [512, 7],
      [256, 14],
      [128, 28],
      [64, 56],
    ],
  },
  resnet50: {
    convolutions: 53,
    weights: 25_557_032 - 26_560,
    grids: [
      [2048, 7],
      [1024, 14],
      [512, 28],
      [256, 56],
    ],
  },
  mobilenet_v2: {
    convolutions: 52,
    weights: 3_504_872 - 17_056,
    grids: [
      [1280, 7],
      [96, 14],
      [32, 28],
      [24, 56],
    ],
  },
};

const names: Record<string, string[]> = {
  resnet34: [
    '/conv1/Conv',
    '/layer1/layer1.0/relu_1/Relu',
    '/layer2/layer2.0/downsample/downsample.0/Conv',
    '/layer4/layer4.2/conv1/Conv',
    '/layer4/layer4.2/Add',
    '/avgpool/GlobalAveragePool',
    '/Flatten',
    '/fc/Gemm',
  ],
  resnet50: ['/layer1/layer1.0/relu_2/Relu', '/layer4/layer4.2/conv3/Conv', '/fc/Gemm'],
  mobilenet_v2: [
    '/features/features.1/conv/conv.0/conv.0.0/Conv',
    '/features/features.3/conv/conv.2/Conv',
    '/features/features.3/Add',
    '/features/features.18/features.18.0/Conv',
    '/features/features.18/features.18.2/Clip',
    '/GlobalAveragePool',
    '/classifier/classifier.1/Gemm',
  ],
};

describe.each(benchModels)('$name', (model) => {
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gradline-test-'));
    file = await writeBenchModel(model, folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("has as many convolutions and weights as torchvision's network, under the names of PyTorch's exporter", async () => {
    const { graph } = await readModel(file);
    const nodeNames = graph.node.map((node) => node.name);
    expect(new Set(nodeNames).size).toBe(nodeNames.length);
    expect(nodeNames).toEqual(expect.arrayContaining(names[model.name] ?? []));
    expect(graph.node.filter((node) => node.opType === 'Conv')).toHaveLength(facts[model.name]?.convolutions ?? 0);
    const weights = graph.initializer
      .filter((tensor) => tensor.dims.length > 0)
      .map((tensor) => tensor.dims.reduce((a, b) => a * Number(b), 1))
      .reduce((a, b) => a + b, 0);
    expect(weights).toBe(facts[model.name]?.weights);
  });

  test('gives logits of an ordinary size that depend on the image', async () => {
    const session = await InferenceSession.create(file);
    const input = new Tensor('float32', randomBatch(2, 3), [2, 3, 224, 224]);
    const [output] = Object.values(await session.run({ input }));
    await session.release();
    expect(output?.dims).toEqual([2, 1000]);
    const logits = [...Float32Array.from(output?.data as Float32Array)];
    const size = Math.sqrt(logits.reduce((sum, z) => sum + z * z, 0) / logits.length);
    expect(size).toBeGreaterThan(0.05);
    expect(size).toBeLessThan(20);
    const distance = Math.hypot(...logits.slice(0, 1000).map((z, i) => z - (logits[1000 + i] ?? Number.NaN)));
    expect(distance / Math.sqrt(1000)).toBeGreaterThan(size / 100);
  });

  test('can be explained at the layers that are benchmarked', async () => {
    await using explainer = await Explainer.open({ model: file, layers: model.layers, batchSize: 1 });
    const grids = explainer.layers.map(({ grid }) => [grid.channels, grid.height, grid.width]);
    expect(grids).toEqual(facts[model.name]?.grids.map(([channels, side]) => [channels, side, side]));
    const { maps, logits } = await explainer.explain(randomBatch(1, 3), { count: 1 });
    expect(logits.every(Number.isFinite)).toBe(true);
    for (const map of maps) {
      expect(map.gradientPeak[0]).toBeGreaterThan(0);
      expect(map.values.every(Number.isFinite)).toBe(true);
      expect(map.values.some((value) => value !== 0)).toBe(true);
    }
  });
});
