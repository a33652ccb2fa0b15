import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import { TensorProtoSchema } from '../../src/explain/onnx/onnx_pb.ts';
import { difference, expectRefusal, openTiny } from './open-tiny.ts';
import { classCount, pixels, TinyModel } from './tiny-model.ts';

interface Network {
  /** Whether BatchNormalization is in training mode, as the opset writes it. */
  training?: boolean;
  opset?: number;
  /** Running mean and variance; default: those of a trained network. */
  statistics?: [mean: number, variance: number];
  /** What stands between the pool and the linear layer. */
  between?: (model: TinyModel, features: string) => string;
}

function network({ training = false, opset = 18, statistics, between = (_, x) => x }: Network = {}): TinyModel {
  const model = new TinyModel({ opset, seed: 'training mode' });
  const channels = 4;
  const x = model.conv(model.input(['n', 3, 8, 8]), '/conv/Conv', 3, channels);
  const vector = (name: string, value: number) =>
    model.weight(
      name,
      [channels],
      Array.from({ length: channels }, (_, c) => value + c * (statistics ? 0 : 0.1)),
    );
  const [mean, variance] = statistics ?? [0.3, 0.8];
  const weights = [vector('scale', 1.2), vector('shift', 0.1), vector('mean', mean), vector('variance', variance)];
  const more = opset < 14 ? ['m', 'v', 'sm', 'sv'] : ['m', 'v'];
  const normal = model.node('BatchNormalization', [x, ...weights], {
    name: '/bn/BatchNormalization',
    output: training ? ['normal', ...more] : ['normal'],
    attributes: training && opset >= 14 ? { training_mode: 1 } : {},
  });
  const relu = model.node('Relu', [normal], { name: '/relu/Relu' });
  const pooled = model.node('Flatten', [model.node('GlobalAveragePool', [relu])]);
  return model.output(model.linear(between(model, pooled), '/fc/Gemm', channels, classCount));
}

const images = pixels(4);

async function explained(model: TinyModel, count = 4) {
  await using explainer = await openTiny(model);
  return { warnings: explainer.warnings, ...(await explainer.explain(images, { count })) };
}

describe('a BatchNormalization that was left in training mode', () => {
  test.each([12, 18])('of opset %i works with the running statistics of the file, and says so', async (opset) => {
    const plain = await explained(network({ opset }));
    const found = await explained(network({ opset, training: true }));
    expect(plain.warnings).toEqual([]);
    expect(found.warnings).toHaveLength(1);
    expect(found.warnings[0]).toMatch(/exported in training mode: BatchNormalization '\/bn\/BatchNormalization'/);
    expect(difference(found.logits, plain.logits)).toBe(0);
    const alone = await explained(network({ opset, training: true }), 1);
    expect(difference(alone.logits, found.logits.slice(0, classCount))).toBeLessThan(1e-6);
  });

  test('is refused where it never kept any', async () => {
    const model = network({ training: true, statistics: [0, 1] });
    await expectRefusal(openTiny(model), 'training-mode', '/bn/BatchNormalization', 'model.eval()');
  });
});

test('a Dropout that was left in training mode drops nothing, and says so', async () => {
  const dropout = network({
    between: (model, x) => {
      const flag = { name: 'flag', dataType: ElementType.bool, rawData: Uint8Array.of(1) };
      model.initializers.push(create(TensorProtoSchema, flag));
      return model.node('Dropout', [x, model.weight('ratio', [], [0.5]), 'flag'], { name: '/drop/Dropout' });
    },
  });
  const found = await explained(dropout);
  expect(found.warnings[0]).toMatch(/Dropout '\/drop\/Dropout'/);
  expect(difference(found.logits, (await explained(network())).logits)).toBe(0);
});

test('a dropout that is spelled out in random numbers is refused', async () => {
  const noisy = network({
    between: (model, x) => {
      const noise = model.node('RandomUniformLike', [x], { name: '/drop/RandomUniformLike' });
      return model.node('Mul', [x, noise]);
    },
  });
  await expectRefusal(openTiny(noisy), 'training-mode', '/drop/RandomUniformLike', 'random numbers');
});
