/** ONNX Runtime's own attention operators, which its optimiser makes of an exported transformer's nodes. */

import { at } from '../at.ts';
import {
  type Attention,
  attentionGradients,
  causalMask,
  type HeadSizes,
  joinHeads,
  refuseInputs,
  refuseOtherOutputs,
  splitHeads,
} from './attention.ts';
import type { Matrices } from './linear.ts';
import { once } from './once.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

/** A bias added to the scores of ONNX Runtime's operators, and their causal mask. */
function fusedMask(
  n: ReverseNode,
  biasInput: number,
  queries: number,
  keys: number,
): Pick<Attention, 'bias' | 'allowed'> {
  const bias = n.x(biasInput) === '' ? {} : { bias: { tensor: n.x(biasInput), shape: n.shape(biasInput) } };
  return n.int('unidirectional', 0) === 1 ? { ...bias, allowed: causalMask(n, queries, keys) } : bias;
}

/** com.microsoft.Attention: one product makes query, key and value of `[B, length, width]`. */
const fusedAttention: Rule = (n) => {
  refuseInputs(n, { 3: 'a mask of lengths', 4: 'keys and values of earlier steps' });
  refuseOtherOutputs(n);
  if (n.int('do_rotary', 0) === 1) throw n.refusal('it rotates its queries');
  const [batch, length] = [at(n.shape(), 0), at(n.shape(), 1)];
  const count = n.int('num_heads', 1);
  const total = at(n.shape(1), 1);
  const widths = n.ints('qkv_hidden_sizes') ?? [total / 3, total / 3, total / 3];
  const ofPart = widths.map((width): HeadSizes => [batch, length, count, width / count]);
  const { build } = n;
  const gradients = once(() => {
    const projected = build.op('MatMul', [n.x(0), n.x(1)]);
    const biased = n.x(2) === '' ? projected : n.add(projected, n.x(2));
    const part = (i: number): Matrices => {
      const start = widths.slice(0, i).reduce((a, b) => a + b, 0);
      return splitHeads(n, build.slice(biased, [start], [start + at(widths, i)], [2]), headSizes(i));
    };
    const headSizes = (i: number): HeadSizes => ofPart[i] ?? [batch, length, count, 0];
    const parts = {
      query: part(0),
      key: part(1),
      value: part(2),
      scale: n.float('scale', 0) || 1 / Math.sqrt(headSizes(0)[3]),
      ...fusedMask(n, 5, length, length),
    };
    const found = attentionGradients(n, parts, splitHeads(n, n.g, headSizes(2)));
    const projectedGradient = () => {
      const each = [found.query(), found.key(), found.value()].map((g, i) => joinHeads(n, g, headSizes(i)));
      return build.op('MatMul', [build.op('Concat', each, { axis: 2 }), build.transpose(n.x(1), [1, 0])]);
    };
    return { input: projectedGradient, bias: found.bias };
  });
  const weights = () => {
    throw n.refusal('its weights depend on the hooked layer');
  };
  return [() => gradients().input(), weights, weights, undefined, undefined, () => gradients().bias()];
};

/** com.microsoft.MultiHeadAttention: query, key and value of `[B, length, width]` with a bias for all three. */
const multiHeadAttention: Rule = (n) => {
  refuseInputs(n, { 4: 'a mask of its keys', 6: 'keys of earlier steps', 7: 'values of earlier steps' });
  refuseOtherOutputs(n);
  if (n.rank(0) !== 3) throw n.refusal('its query, key and value are packed into one tensor');
  const count = n.int('num_heads', 1);
  const split = (input: number): boolean => n.rank(input) === 4;
  const sizes = (input: number): HeadSizes => {
    const shape = n.shape(input);
    if (split(input)) return [at(shape, 0), at(shape, 2), count, at(shape, 3)];
    return [at(shape, 0), at(shape, 1), count, at(shape, 2) / count];
  };
  const all = [sizes(0), sizes(1), sizes(2)] as const;
  const widths = all.map(([, , , depth]) => depth * count);
  const { build } = n;
  const part = (i: 0 | 1 | 2): Matrices => {
    const [batch, length, , depth] = all[i];
    if (split(i)) return { tensor: n.x(i), shape: [batch, count, length, depth] };
    const start = widths.slice(0, i).reduce((a, b) => a + b, 0);
    const bias = () => build.slice(n.x(3), [start], [start + at(widths, i)], [0]);
    return splitHeads(n, n.x(3) === '' ? n.x(i) : n.add(n.x(i), bias()), all[i]);
  };
  const gradients = once(() =>
    attentionGradients(
      n,
      {
        query: part(0),
        key: part(1),
        value: part(2),
        scale: n.float('scale', 0) || 1 / Math.sqrt(all[0][3]),
        ...fusedMask(n, 5, all[0][1], all[1][1]),
      },
      splitHeads(n, n.g, [all[0][0], all[0][1], count, all[2][3]]),
    ),
  );
  const settle = (gradient: string, i: 0 | 1 | 2) => (split(i) ? gradient : joinHeads(n, gradient, all[i]));
  return [
    () => settle(gradients().query(), 0),
    () => settle(gradients().key(), 1),
    () => settle(gradients().value(), 2),
    () => {
      throw n.refusal('its bias depends on the hooked layer');
    },
    undefined,
    () => gradients().bias(),
  ];
};

export const fusedAttentions: Record<string, Rule> = {
  'com.microsoft.Attention': fusedAttention,
  'com.microsoft.MultiHeadAttention': multiHeadAttention,
};
