/**
 * Gates: a gradient passes where a clipped function is on its slope, and not where it is flat, read from the function's result y.
 *
 * ONNX Runtime's CPU provider keeps convolutions in a blocked layout (NCHWc) and reorders a tensor each time an operator
 * reads it that does not know the layout; comparisons, Sign and Where do not. Depthwise 1x1 convolutions with a fused
 * Clip or Tanh do, and so does Mul, so a gate written with them costs no reordering (measured on MobileNetV2:
 * docs/decisions/0004-gates.md). Elsewhere on a CPU a gate is written plainly; a device is bound by its memory, and a comparison
 * writes a quarter of a mask's bytes.
 */

import { at } from '../at.ts';
import { greater, less } from './pointwise.ts';
import type { ReverseNode } from './reverse-node.ts';

/** Steep enough to carry any normal difference from zero beyond 1; a power of two, so that it scales without rounding. */
const steep = 2 ** 100;
/** Carries one float32 step below a limit to where tanh is 1 to float32: 2^24 times half an ulp of the limit is at least 8. */
const steepAtLimit = 2 ** 24;
/** Channels of the widest block (AVX-512). Other channel counts may leave the blocked layout. */
const block = 16;

/**
 * The gradient where y lies strictly between the limits that it was clipped to; an end left out is open. At the limits themselves
 * no gradient passes, as in PyTorch's hardtanh and ReLU6.
 */
export function gated(n: ReverseNode, low: number | undefined, high: number | undefined): string {
  if (n.build.gates !== 'selected') return n.mul(n.g, insideLimits(n, low, high));
  const above = low === undefined ? undefined : greater(n, n.y(), low);
  const below = high === undefined ? undefined : less(n, n.y(), high);
  const inside = above === undefined || below === undefined ? (above ?? below) : n.build.op('And', [above, below]);
  if (inside === undefined) return n.g;
  return n.where(inside, n.g, n.build.scalar(0));
}

/** 1 where y, which is never negative, is above zero, else 0. */
function aboveZero(n: ReverseNode): string {
  if (!isBlocked(n)) return n.build.op('Sign', [n.y()]);
  return n.build.op('Clip', [perElement(n, steep, 0), n.build.scalar(0), n.build.scalar(1)]);
}

/** 1 where y lies strictly between the limits, else 0. */
function insideLimits(n: ReverseNode, low: number | undefined, high: number | undefined): string {
  if (low === 0 && high === undefined) return aboveZero(n);
  if (low === 0 && high !== undefined && isBlocked(n)) {
    // The sum below is zero at the upper limit, where both terms are, and at zero, where they cancel exactly; between
    // them it is large. tanh makes that 0 and 1.
    const top = Math.fround(high) * steepAtLimit;
    const closing = n.build.op('Clip', [perElement(n, steep, -top), n.build.scalar(-top), n.build.scalar(0)]);
    return n.build.op('Tanh', [n.add(perElement(n, -steepAtLimit, top), closing)]);
  }
  // Limits narrowed by one float32 step change y only where it lies on them.
  const limit = (value: number | undefined, direction: 1 | -1) =>
    value === undefined ? '' : n.build.scalar(nextFloat32(value, direction));
  const narrowed = n.build.op('Clip', [n.y(), limit(low, 1), limit(high, -1)]);
  return n.mask(n.build.op('Equal', [narrowed, n.y()]));
}

function isBlocked(n: ReverseNode): boolean {
  const shape = n.outputShape();
  return n.build.gates === 'blocked' && shape.length === 4 && at(shape, 1) % block === 0;
}

/** y * scale + bias as a depthwise convolution. */
function perElement(n: ReverseNode, scale: number, bias: number): string {
  const channels = at(n.outputShape(), 1);
  const repeat = (value: number) => Array.from({ length: channels }, () => value);
  const weights = n.build.floats(repeat(scale), [channels, 1, 1, 1]);
  const inputs = bias === 0 ? [n.y(), weights] : [n.y(), weights, n.build.floats(repeat(bias))];
  return n.build.op('Conv', inputs, { group: channels, kernel_shape: [1, 1] });
}

/** The next float32 above (`direction` 1) or below (-1). Around zero the smallest normal one: many kernels flush smaller ones. */
function nextFloat32(value: number, direction: 1 | -1): number {
  const smallestNormal = 2 ** -126;
  if (Math.abs(value) < smallestNormal) return direction * smallestNormal;
  const bits = new Int32Array(new Float32Array([value]).buffer);
  bits[0] = at([...bits], 0) + (Math.sign(value) === direction ? 1 : -1);
  return at([...new Float32Array(bits.buffer)], 0);
}
