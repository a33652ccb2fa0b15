/** Normalisation by statistics, by norms, and softmax. */

import { at } from '../at.ts';
import { square, unary } from './pointwise.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

/** In inference the statistics are constants: y = (x - mean) * scale / sqrt(var + epsilon) + bias, per channel. */
const batchNormalization: Rule = (n) => [
  () => {
    if (n.int('training_mode', 0) === 1) throw n.refusal('it is in training mode; export the model in evaluation mode');
    const variance = n.add(n.x(4), n.build.scalar(n.float('epsilon', 1e-5)));
    const factor = n.div(n.x(1), n.build.op('Sqrt', [variance]));
    return n.mul(n.g, n.build.reshape(factor, perChannel(n)));
  },
];

/** Shape that lays a vector of channels along axis 1. */
const perChannel = (n: ReverseNode) => [
  -1,
  ...n
    .shape()
    .slice(2)
    .map(() => 1),
];

/** A tensor normalised to mean 0 and variance 1 over some axes, or to root mean square 1 with `centred` false. */
export interface Normalized {
  axes: number[];
  epsilon: number;
  centred?: boolean;
}

const meanOver = (n: ReverseNode, a: string, axes: number[]) => n.build.reduce('ReduceMean', a, axes, true);

/**
 * Gradient of the input of a normalisation, from the gradient `g` of its normalised values h = (x - mean) / deviation:
 * (g - mean(g) - h mean(g h)) / deviation (Ioffe and Szegedy 2015, section 3); without mean(g) where nothing was centred.
 */
export function normalizationGradient(n: ReverseNode, x: string, g: string, how: Normalized): string {
  const { axes, epsilon, centred = true } = how;
  const from = centred ? n.sub(x, meanOver(n, x, axes)) : x;
  const variance = n.add(meanOver(n, square(n, from), axes), n.build.scalar(epsilon));
  const inverse = unary(n, 'Reciprocal', unary(n, 'Sqrt', variance));
  const h = n.mul(from, inverse);
  const along = n.mul(h, meanOver(n, n.mul(g, h), axes));
  const direct = centred ? n.sub(g, meanOver(n, g, axes)) : g;
  return n.mul(n.sub(direct, along), inverse);
}

/** From `axis` to the last. */
const trailingAxes = (n: ReverseNode) => {
  const first = n.axis(n.int('axis', -1));
  return n.shape().flatMap((_, axis) => (axis >= first ? [axis] : []));
};

/** LayerNormalization, and with `centred` false its form without mean and bias. */
const trailing =
  (centred: boolean): Rule =>
  (n) => [
    () => {
      const how = { axes: trailingAxes(n), epsilon: n.float('epsilon', 1e-5), centred };
      return normalizationGradient(n, n.x(), n.mul(n.g, n.x(1)), how);
    },
  ];

const instanceNormalization: Rule = (n) => [
  () => {
    const axes = n.shape().flatMap((_, axis) => (axis >= 2 ? [axis] : []));
    const scaled = n.mul(n.g, n.build.reshape(n.x(1), perChannel(n)));
    return normalizationGradient(n, n.x(), scaled, { axes, epsilon: n.float('epsilon', 1e-5) });
  },
];

/** Scale and bias have an entry a group in opset 18 and an entry a channel from 21 on. */
const groupNormalization: Rule = (n) => [
  () => {
    const groups = n.int('num_groups', 1);
    const [batch, channels] = [at(n.shape(), 0), at(n.shape(), 1)];
    const entries = at(n.shape(1), 0);
    const split = [batch, entries, channels / entries, -1];
    const scaled = n.mul(n.build.reshape(n.g, split), n.build.reshape(n.x(1), [entries, 1, 1]));
    const grouped = (tensor: string) => n.build.reshape(tensor, [batch, groups, -1]);
    const how = { axes: [2], epsilon: n.float('epsilon', 1e-5) };
    return n.build.reshape(normalizationGradient(n, grouped(n.x()), grouped(scaled), how), n.shape());
  },
];

const meanVarianceNormalization: Rule = (n) => [
  () => {
    const axes = (n.ints('axes') ?? [0, 2, 3]).map((axis) => n.axis(axis));
    return normalizationGradient(n, n.x(), n.g, { axes, epsilon: 1e-9 });
  },
];

/** y = x / |x|: dx = (g - u sum(g y)) / |x| with u = y for the 2-norm and sign(x) for the 1-norm; none where |x| is 0. */
const lpNormalization: Rule = (n) => [
  () => {
    const axes = [n.axis(n.int('axis', -1))];
    const euclidean = n.int('p', 2) === 2;
    const norm = n.build.op(euclidean ? 'ReduceL2' : 'ReduceL1', [n.x(), n.build.ints(axes)], { keepdims: 1 });
    const zero = n.build.op('Equal', [norm, n.build.scalar(0)]);
    const inverse = n.where(zero, n.build.scalar(0), unary(n, 'Reciprocal', norm));
    const direction = euclidean ? n.y() : unary(n, 'Sign', n.x());
    const along = n.build.reduce('ReduceSum', n.mul(n.g, n.y()), axes, true);
    return n.mul(n.sub(n.g, n.mul(direction, along)), inverse);
  },
];

/**
 * y = x / s^beta, s = bias + alpha / size * (sum of x^2 over a window of channels): the gradient is
 * g / s^beta - 2 alpha beta / size * x * (sum of g x / s^(beta + 1) over the windows that hold x).
 */
const localResponse: Rule = (n) => [
  () => {
    const size = n.int('size', 1);
    const [alpha, beta] = [n.float('alpha', 1e-4), n.float('beta', 0.75)];
    // ONNX Runtime takes odd windows only, so a window reaches as far forwards as backwards.
    const reach = (size - 1) / 2;
    const shape = n.shape();
    const meanOfWindow = (tensor: string) => {
      const image = n.build.reshape(tensor, [at(shape, 0), 1, at(shape, 1), -1]);
      const pooled = n.build.op('AveragePool', [image], {
        kernel_shape: [size, 1],
        pads: [reach, 0, reach, 0],
        count_include_pad: 1,
      });
      return n.build.reshape(pooled, shape);
    };
    const s = n.add(n.scale(meanOfWindow(square(n, n.x())), alpha), n.build.scalar(n.float('bias', 1)));
    const own = n.div(n.g, n.build.op('Pow', [s, n.build.scalar(beta)]));
    const others = meanOfWindow(n.div(n.mul(own, n.x()), s));
    return n.sub(own, n.scale(n.mul(n.x(), others), 2 * alpha * beta));
  },
];

/** Softmax y: dx = y (g - sum(g y)). */
const softmax: Rule = (n) => [() => n.mul(n.y(), n.sub(n.g, sumAlong(n, n.mul(n.g, n.y()))))];

/** y = log softmax(x): dx = g - exp(y) sum(g). */
const logSoftmax: Rule = (n) => [() => n.sub(n.g, n.mul(n.build.op('Exp', [n.y()]), sumAlong(n, n.g)))];

function sumAlong(n: ReverseNode, tensor: string): string {
  return n.build.reduce('ReduceSum', tensor, [n.axis(n.int('axis', -1))], true);
}

export const normalization: Record<string, Rule> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: trailing(true),
  LogSoftmax: logSoftmax,
  LpNormalization: lpNormalization,
  LRN: localResponse,
  MeanVarianceNormalization: meanVarianceNormalization,
  RMSNormalization: trailing(false),
  SimplifiedLayerNormalization: trailing(false),
  Softmax: softmax,
};
