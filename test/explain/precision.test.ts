/** Models of half and double precision are explained in float32, and give what the same weights give in float32. */

import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { describeLayers } from '../../src/explain/layers/describe.ts';
import { ElementType } from '../../src/explain/onnx/element-type.ts';
import { type TensorProto, TensorProtoSchema } from '../../src/explain/onnx/onnx_pb.ts';
import { float32Tensor, tensorValues } from '../../src/explain/onnx/tensor-data.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { openTiny } from './open-tiny.ts';
import { inputName, pixels, TinyModel } from './tiny-model.ts';

type Precision = 'float32' | 'float16' | 'float64';

/** A tensor of the precision whose values all three precisions hold exactly. */
function stored(tensor: TensorProto, precision: Precision): TensorProto {
  const values = (tensorValues(tensor) ?? []).map((value) => Math.round(value * 1024) / 1024);
  const { name } = tensor;
  if (precision === 'float32') return float32Tensor(name, values, tensor.dims.map(Number));
  const numbers = precision === 'float64' ? new Float64Array(values) : new Uint16Array(values.map(half));
  const rawData = new Uint8Array(numbers.buffer);
  return create(TensorProtoSchema, { name, dims: tensor.dims, dataType: ElementType[precision], rawData });
}

/** Bits of a multiple of 2^-10 between -2 and 2 as IEEE 754 half precision. */
function half(value: number): number {
  if (value === 0) return 0;
  const magnitude = Math.abs(value);
  const exponent = Math.floor(Math.log2(magnitude));
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent - 1) * 1024);
}

/**
 * @param inside the precision of weights, constants and arithmetic
 * @param outside the precision of input and output; casts stand between where it is another
 */
function classifier(inside: Precision, outside: Precision): TinyModel {
  const model = new TinyModel({ seed: 'precision' });
  let x = model.input(['n', 3, 8, 8], inputName, ElementType[outside]);
  const cast = (tensor: string, to: Precision) => model.node('Cast', [tensor], { attributes: { to: ElementType[to] } });
  if (inside !== outside) x = cast(x, inside);
  x = model.conv(x, '/conv1/Conv', 3, 4);
  const slope = model.node('Constant', [], { attributes: { value: stored(float32Tensor('', [0.25], []), inside) } });
  x = model.node('PRelu', [x, slope], { name: '/act/PRelu' });
  const filled = model.node('ConstantOfShape', [model.ints('ones', [1])], {
    attributes: { value: stored(float32Tensor('', [1.5]), inside) },
  });
  x = model.node('Mul', [x, filled], { name: '/scale/Mul' });
  x = model.conv(x, '/conv2/Conv', 4, 6);
  x = model.node('Relu', [x], { name: '/relu/Relu' });
  x = model.pooledHead(x, 6, 5);
  if (inside !== outside) x = cast(x, outside);
  x = model.node('Softmax', [x], { attributes: { axis: 1 } });
  const weights = model.initializers.splice(0);
  model.initializers.push(...weights.map((t) => (t.dataType === ElementType.float32 ? stored(t, inside) : t)));
  return model.output(x, [], ElementType[outside]);
}

test.each<[Precision, Precision]>([
  ['float16', 'float16'],
  ['float16', 'float32'],
  ['float64', 'float64'],
  ['float64', 'float32'],
])('%s inside, %s outside', async (inside, outside) => {
  const options = { layers: ['conv1', 'act', 'last'], targets: ['predicted', 'class:2'] };
  await using reference = await openTiny(classifier('float32', 'float32'), options);
  await using explainer = await openTiny(classifier(inside, outside), options);
  const images = pixels(4);
  const expected = await reference.explain(images, { count: 4 });
  const found = await explainer.explain(images, { count: 4 });
  expect([...found.logits]).toEqual([...expected.logits]);
  expect([...found.scores]).toEqual([...expected.scores]);
  expect(found.maps.map((map) => [...map.values])).toEqual(expected.maps.map((map) => [...map.values]));
});

test.each<Precision>(['float16', 'float64'])(
  'layers of a %s model are listed as of a float32 one',
  async (precision) => {
    const folder = await temporaryFolder();
    const expected = await describeLayers(await classifier('float32', 'float32').write(folder, 'single.onnx'));
    const listed = await describeLayers(await classifier(precision, precision).write(folder, 'other.onnx'));
    expect(listed).toEqual(expected);
  },
);
