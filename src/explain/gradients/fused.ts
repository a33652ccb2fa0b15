/** Operators that ONNX Runtime's optimiser makes of several; files that it has saved hold them. */

import { convolution } from './convolution.ts';
import { gated } from './gates.ts';
import { linear, type Matrices, productGradients, swapped } from './linear.ts';
import { normalizationGradient } from './normalization.ts';
import { once } from './once.ts';
import { between, greater, oneMinus, square } from './pointwise.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { InputGradients, Rule } from './rule.ts';

/** Parameters of a fused activation, in the order of its own attributes. */
type Parameters = (position: number, fallback: number) => number;

/** The gradient before an activation, read from its result. */
function beforeActivation(n: ReverseNode, activation: string, parameter: Parameters): string {
  const y = n.y();
  switch (activation) {
    case '':
      return n.g;
    case 'Relu':
      return gated(n, 0, undefined);
    case 'Sigmoid':
      return n.mul(n.g, n.mul(y, oneMinus(n, y)));
    case 'Tanh':
      return n.mul(n.g, oneMinus(n, square(n, y)));
    case 'LeakyRelu':
      return n.where(greater(n, y, 0), n.g, n.scale(n.g, parameter(0, 0.01)));
    case 'Clip':
      return gated(n, parameter(0, -3.4e38), parameter(1, 3.4e38));
    case 'HardSigmoid':
      return n.mul(n.g, n.scale(n.mask(between(n, y, 0, 1)), parameter(0, 0.2)));
    default:
      throw n.refusal(`it holds the activation ${activation}`);
  }
}

/** A rule for the operator with its activation fused to it. */
const activated =
  (operator: Rule | undefined, parameters: (n: ReverseNode) => Parameters, added?: number): Rule =>
  (n) => {
    const before = once(() => beforeActivation(n, n.string('activation', ''), parameters(n)));
    const inner = (input: number) => () => operator?.(n.withGradient(before()))[input]?.() ?? '';
    return n.node.input.map((_, input) => (input === added ? before : inner(input)));
  };

/** activation(conv(x) + z) */
const fusedConv = activated(
  convolution.Conv,
  (n) => (position, fallback) => n.floats('activation_params')?.[position] ?? fallback,
  3,
);

const fusedGemm = activated(
  linear.Gemm,
  (n) => (position, fallback) => n.float(['activation_alpha', 'activation_beta'][position] ?? '', fallback),
);

/** y = alpha a' b', where ' swaps the last two axes if asked. */
const fusedMatMul: Rule = (n) => {
  if (n.int('transBatchA', 0) === 1 || n.int('transBatchB', 0) === 1) throw n.refusal('it moves its batch axis');
  if (n.rank(0) < 2 || n.rank(1) < 2) throw n.refusal('it multiplies vectors');
  const { build } = n;
  const factor = (input: number, flag: string) => {
    const given: Matrices = { tensor: n.x(input), shape: n.shape(input) };
    const turns = n.int(flag, 0) === 1;
    const used = turns ? swapped(build, given) : given;
    const settle = (gradient: string) => (turns ? swapped(build, { ...used, tensor: gradient }).tensor : gradient);
    return { used, settle };
  };
  const a = factor(0, 'transA');
  const b = factor(1, 'transB');
  const gradients = () => {
    const g = { tensor: n.scale(n.g, n.float('alpha', 1)), shape: n.outputShape() };
    return productGradients(build, a.used, b.used, g);
  };
  return [() => a.settle(gradients()[0]()), () => b.settle(gradients()[1]())];
};

/** Layer normalisation of input + skip (+ bias); output 3 is that sum, which may be read too. */
const skipNormalization =
  (centred: boolean, biasInput: number): Rule =>
  (n): InputGradients => {
    const ofSum = once(() => {
      const how = { axes: [n.rank() - 1], epsilon: n.float('epsilon', 1e-12), centred };
      const own = n.hasGradient(0) ? [normalizationGradient(n, n.made(3), n.mul(n.g, n.x(2)), how)] : [];
      return n.build.sum(n.hasGradient(3) ? [...own, n.gradient(3)] : own);
    });
    const gradients: InputGradients = [ofSum, () => n.unbroadcast(ofSum(), 1)];
    gradients[biasInput] = () => n.unbroadcast(ofSum(), biasInput);
    return gradients;
  };

export const fused: Record<string, Rule> = {
  'com.microsoft.FusedConv': fusedConv,
  'com.microsoft.FusedGemm': fusedGemm,
  'com.microsoft.FusedMatMul': fusedMatMul,
  'com.microsoft.SkipLayerNormalization': skipNormalization(true, 4),
  'com.microsoft.SkipSimplifiedLayerNormalization': skipNormalization(false, 3),
  'com.microsoft.TransposeMatMul': fusedMatMul,
};
