/**
 * Operators that compute with quantised integers, in floats: what stands in ONNX's operator reference, and for the domain com.microsoft in
 * ONNX Runtime's contrib operators.
 */

import { intAttribute, intsAttribute } from './attributes.ts';
import type { Attributes } from './builder.ts';
import type { AttributeProto, NodeProto } from './onnx_pb.ts';

/** Integers with the names of their scale and zero point; empty for those left out. */
export interface Quantity {
  values: string;
  scale: string;
  zero: string;
  /** Along which a scale for each channel lies. */
  axis?: number;
}

/** Places nodes before the one that they stand for. */
export interface FloatSpelling {
  /** The floats that integers stand for. */
  floats(quantity: Quantity): string;
  /** Appends a node with the given attributes and those that are kept of the author's; returns the tensor that it makes. */
  op(opType: string, input: string[], attributes?: Attributes, kept?: readonly AttributeProto[]): string;
  /** An int64 constant. */
  ints(values: number[]): string;
}

/** Floats, and how they are quantised again: not at all where the scale's name is empty. */
export interface FloatResult {
  floats: string;
  scale: string;
  zero: string;
}

/** Undefined for a node in a form that is not read. */
type FloatForm = (node: NodeProto, spell: FloatSpelling) => FloatResult | undefined;

const input = (node: NodeProto, position: number) => node.input[position] ?? '';

const quantity = (node: NodeProto, position: number, axis?: number): Quantity => ({
  values: input(node, position),
  scale: input(node, position + 1),
  zero: input(node, position + 2),
  ...(axis === undefined ? {} : { axis }),
});

const quantized = (node: NodeProto, position: number, floats: string): FloatResult => ({
  floats,
  scale: input(node, position),
  zero: input(node, position + 1),
});

/** Attributes that the float operator has too. */
const without = (node: NodeProto, ...names: string[]) => node.attribute.filter(({ name }) => !names.includes(name));

const channelsLast = (node: NodeProto) => intAttribute(node, 'channels_last', 0) === 1;

/** A bias of int32, in units of the product of both factors' scales. */
function bias(spell: FloatSpelling, values: string, first: Quantity, second: Quantity): string[] {
  if (values === '') return [];
  const scale = spell.op('Mul', [first.scale, second.scale]);
  return [spell.op('Mul', [spell.op('Cast', [values], { to: 1 }), scale])];
}

const conv: FloatForm = (node, spell) => {
  if (channelsLast(node)) return undefined;
  const [image, weights] = [quantity(node, 0), quantity(node, 3, 0)];
  const factors = [spell.floats(image), spell.floats(weights)];
  const added = bias(spell, input(node, 8), image, weights);
  return quantized(node, 6, spell.op('Conv', [...factors, ...added], {}, without(node, 'channels_last')));
};

const matMul: FloatForm = (node, spell) => {
  const factors = [spell.floats(quantity(node, 0)), spell.floats(quantity(node, 3, -1))];
  return quantized(node, 6, spell.op('MatMul', factors));
};

const gemm: FloatForm = (node, spell) => {
  const [a, b] = [quantity(node, 0), quantity(node, 3, intAttribute(node, 'transB', 0) === 1 ? 0 : 1)];
  const factors = [spell.floats(a), spell.floats(b)];
  const added = bias(spell, input(node, 6), a, b);
  return quantized(node, 7, spell.op('Gemm', [...factors, ...added], {}, node.attribute));
};

/** Two quantities, of which the one's place is 0 and the other's 3. */
const pair =
  (opType: string): FloatForm =>
  (node, spell) =>
    quantized(node, 6, spell.op(opType, [spell.floats(quantity(node, 0)), spell.floats(quantity(node, 3))]));

const single =
  (opType: string): FloatForm =>
  (node, spell) =>
    channelsLast(node)
      ? undefined
      : quantized(
          node,
          3,
          spell.op(opType, [spell.floats(quantity(node, 0))], {}, without(node, 'channels_last', 'opset')),
        );

/** Before opset 13 a softmax ran over all axes from the given one on. */
const softmax: FloatForm = (node, spell) => {
  if (intAttribute(node, 'opset', 13) >= 13) return single('Softmax')(node, spell);
  const floats = spell.floats(quantity(node, 0));
  const flat = spell.op('Flatten', [floats], { axis: intAttribute(node, 'axis', 1) });
  const shares = spell.op('Softmax', [flat], { axis: -1 });
  return quantized(node, 3, spell.op('Reshape', [shares, spell.op('Shape', [floats])]));
};

const reduceMean: FloatForm = (node, spell) => {
  const axes = intsAttribute(node, 'axes');
  const inputs = [spell.floats(quantity(node, 0)), ...(axes === undefined ? [] : [spell.ints(axes)])];
  return quantized(node, 3, spell.op('ReduceMean', inputs, { keepdims: intAttribute(node, 'keepdims', 1) }));
};

const concat: FloatForm = (node, spell) => {
  const places = Array.from({ length: Math.floor((node.input.length - 2) / 3) }, (_, i) => 2 + 3 * i);
  const parts = places.map((place) => spell.floats(quantity(node, place)));
  return quantized(node, 0, spell.op('Concat', parts, {}, node.attribute));
};

const where: FloatForm = (node, spell) => {
  const values = [spell.floats(quantity(node, 1)), spell.floats(quantity(node, 4))];
  return quantized(node, 7, spell.op('Where', [input(node, 0), ...values]));
};

/**
 * (image - zero) (weights - zero) as a convolution, in units of the integers and not quantised again. The weights' zero point may be one for
 * each output channel.
 */
const convInteger: FloatForm = (node, spell) => {
  const centred = (values: string, zero: string, shape: number[]) => {
    const whole = spell.op('Cast', [values], { to: 1 });
    if (zero === '') return whole;
    const column = spell.op('Reshape', [spell.op('Cast', [zero], { to: 1 }), spell.ints(shape)]);
    return spell.op('Sub', [whole, column]);
  };
  const image = centred(input(node, 0), input(node, 2), [1]);
  const weights = centred(input(node, 1), input(node, 3), [-1, 1, 1, 1]);
  return { floats: spell.op('Conv', [image, weights], {}, node.attribute), scale: '', zero: '' };
};

/** By operator, with its domain where that is not ONNX's own. */
export const floatForms: Readonly<Record<string, FloatForm>> = {
  ConvInteger: convInteger,
  QLinearConv: conv,
  QLinearMatMul: matMul,
  'com.microsoft.QGemm': gemm,
  'com.microsoft.QLinearAdd': pair('Add'),
  'com.microsoft.QLinearAveragePool': single('AveragePool'),
  'com.microsoft.QLinearConcat': concat,
  'com.microsoft.QLinearConv': conv,
  'com.microsoft.QLinearGlobalAveragePool': single('GlobalAveragePool'),
  'com.microsoft.QLinearLeakyRelu': single('LeakyRelu'),
  'com.microsoft.QLinearMul': pair('Mul'),
  'com.microsoft.QLinearReduceMean': reduceMean,
  'com.microsoft.QLinearSigmoid': single('Sigmoid'),
  'com.microsoft.QLinearSoftmax': softmax,
  'com.microsoft.QLinearWhere': where,
};
