/**
 * Quantised models, straight through: rounding counts as the identity, and where a value was clipped to the range of the
 * integers no gradient passes (Bengio and others 2013; torch.fake_quantize_per_tensor_affine). The gradient of a tensor
 * of integers is one of float32, per unit of the integers. Scales count as constants, also those that a run makes.
 */

import { at } from '../at.ts';
import { ElementType } from '../onnx/element-type.ts';
import { product, swapped } from './linear.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

/** First and last whole number of a type. */
const ranges = new Map<number, [number, number]>([
  [ElementType.uint8, [0, 255]],
  [ElementType.int8, [-128, 127]],
  [ElementType.uint16, [0, 65535]],
  [ElementType.int16, [-32768, 32767]],
]);

const toFloat = (n: ReverseNode, tensor: string) => n.build.op('Cast', [tensor], { to: ElementType.float32 });

/** A scale or zero point, one number or one an entry of `axis`, in a shape that broadcasts with the tensor. */
function laidAlong(n: ReverseNode, input: number): string {
  const shape = n.shape(input);
  if (n.int('block_size', 0) > 0) throw n.refusal('it is quantised in blocks');
  if (shape.length === 0) return n.x(input);
  const axis = n.axis(n.int('axis', 1));
  if (at(shape, 0) === 1) return n.build.reshape(n.x(input), []);
  return n.build.reshape(
    n.x(input),
    n.shape().map((_, i) => (i === axis ? -1 : 1)),
  );
}

const quantize: Rule = (n) => [
  () => {
    const range = ranges.get(n.graph.type(n.y())?.elementType ?? 0);
    if (range === undefined) throw n.refusal('it quantises to a type of less than 8 bits');
    const scale = laidAlong(n, 1);
    const zero = n.x(2) === '' ? n.build.scalar(0) : toFloat(n, laidAlong(n, 2));
    const limit = (value: number) => n.mul(n.sub(n.build.scalar(value), zero), scale);
    const [first, last] = range;
    const inside = n.build.op('And', [
      n.build.op('Greater', [n.x(), limit(first - 0.5)]),
      n.build.op('Less', [n.x(), limit(last + 0.5)]),
    ]);
    return n.mul(n.div(n.g, scale), n.mask(inside));
  },
  null,
];

const dequantize: Rule = (n) => [() => n.mul(n.g, laidAlong(n, 1)), null];

/** Its own scale makes everything fit, and is constant for the gradient: what it adds to both ends of a pair cancels. */
const dynamicQuantize: Rule = (n) => [() => (n.hasGradient(0) ? n.div(n.g, n.y(1)) : n.zeros(n.shape()))];

/** The gradient of the first factor of a product with whole-number weights; numbers say which inputs are their scale and zero point. */
function throughWeights(n: ReverseNode, scale: number | undefined, zero: number): string {
  if (n.rank(0) < 2 || n.rank(1) !== 2) throw n.refusal('its second factor is not a matrix');
  const whole = toFloat(n, n.x(1));
  const centred = n.x(zero) === '' ? whole : n.sub(whole, toFloat(n, n.x(zero)));
  const scaled = scale === undefined ? centred : n.mul(centred, n.x(scale));
  const transposed = swapped(n.build, { tensor: scaled, shape: n.shape(1) });
  return product(n.build, { tensor: n.g, shape: n.outputShape() }, transposed).tensor;
}

/** (a - zero of a) (b - zero of b) in whole numbers. */
const matMulInteger: Rule = (n) => [
  () => throughWeights(n, undefined, 3),
  () => {
    throw n.refusal('its weights depend on the hooked layer');
  },
];

/** Floats times whole-number weights; the floats are quantised and back inside. */
const dynamicQuantizeMatMul: Rule = (n) => [() => throughWeights(n, 2, 3)];

/** As MatMulInteger, with both scales applied: the gradient is again one per unit of the integers. */
const matMulIntegerToFloat: Rule = (n) => [() => n.mul(throughWeights(n, 3, 5), n.x(2)), undefined, null];

export const quantization: Record<string, Rule> = {
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  MatMulInteger: matMulInteger,
  QuantizeLinear: quantize,
  'com.microsoft.DequantizeLinear': dequantize,
  'com.microsoft.DynamicQuantizeMatMul': dynamicQuantizeMatMul,
  'com.microsoft.MatMulIntegerToFloat': matMulIntegerToFloat,
  'com.microsoft.QuantizeLinear': quantize,
};
