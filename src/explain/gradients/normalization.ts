/** Normalisation and softmax. */

import type { ReverseNode, Rule } from './reverse-node.ts';

/** In inference the statistics are constants: y = (x - mean) * scale / sqrt(var + epsilon) + bias, per channel. */
const batchNormalization: Rule = (n) => [
  () => {
    if (n.int('training_mode', 0) === 1) throw n.refusal('it is in training mode; export the model in evaluation mode');
    const variance = n.add(n.x(4), n.build.scalar(n.float('epsilon', 1e-5)));
    const factor = n.div(n.x(1), n.build.op('Sqrt', [variance]));
    const perChannel = [
      -1,
      ...n
        .shape()
        .slice(2)
        .map(() => 1),
    ];
    return n.mul(n.g, n.build.reshape(factor, perChannel));
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
  LogSoftmax: logSoftmax,
  Softmax: softmax,
};
