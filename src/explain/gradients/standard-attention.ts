/** Attention of the standard, opset 23 on. */

import { at } from '../at.ts';
import { ElementType } from '../onnx/element-type.ts';
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

/**
 * Query, key and value are `[batch, heads, length, depth]`, or `[batch, length, heads * depth]` with the numbers of heads as
 * attributes. Several query heads may share the keys and values of one head; they get an axis of their own then, along
 * which those broadcast.
 */
const attention: Rule = (n) => {
  refuseInputs(n, { 4: 'keys of earlier steps', 5: 'values of earlier steps', 6: 'lengths of keys without padding' });
  refuseOtherOutputs(n);
  if (n.float('softcap', 0) !== 0) throw n.refusal('it caps its scores');
  const packed = n.rank() === 3;
  const queryHeads = packed ? n.int('q_num_heads', 1) : at(n.shape(0), 1);
  const keyHeads = packed ? n.int('kv_num_heads', 1) : at(n.shape(1), 1);
  const sharing = queryHeads / keyHeads;

  const sizes = (shape: number[], heads: number): HeadSizes =>
    packed
      ? [at(shape, 0), at(shape, 1), heads, at(shape, 2) / heads]
      : [at(shape, 0), at(shape, 2), heads, at(shape, 3)];
  const matrices = (tensor: string, of: HeadSizes): Matrices => {
    const [batch, length, heads, depth] = of;
    const apart = packed ? splitHeads(n, tensor, of) : { tensor, shape: [batch, heads, length, depth] };
    if (sharing === 1) return apart;
    const shape = [batch, keyHeads, heads / keyHeads, length, depth];
    return { tensor: n.build.reshape(apart.tensor, shape), shape };
  };
  const settled = (gradient: string, of: HeadSizes) => {
    const [batch, length, heads, depth] = of;
    const apart = sharing === 1 ? gradient : n.build.reshape(gradient, [batch, heads, length, depth]);
    return packed ? joinHeads(n, apart, of) : apart;
  };

  const query = sizes(n.shape(0), queryHeads);
  const key = sizes(n.shape(1), keyHeads);
  const value = sizes(n.shape(2), keyHeads);
  const gradients = once(() => {
    const parts = {
      query: matrices(n.x(0), query),
      key: matrices(n.x(1), key),
      value: matrices(n.x(2), value),
      scale: n.float('scale', 1 / Math.sqrt(query[3])),
      ...mask(n, query[1], key[1], sharing === 1 ? undefined : [keyHeads, sharing]),
    };
    return attentionGradients(n, parts, matrices(n.g, sizes(n.outputShape(), queryHeads)));
  });
  return [
    () => settled(gradients().query(), query),
    () => settled(gradients().key(), key),
    () => settled(gradients().value(), value),
    () => n.build.reshape(gradients().bias(), n.shape(3)),
  ];
};

/** The mask given as booleans or as numbers to add, and the causal one; `groups` are the axes that heads are split into. */
function mask(n: ReverseNode, queries: number, keys: number, groups?: number[]): Pick<Attention, 'bias' | 'allowed'> {
  const causal = n.int('is_causal', 0) === 1 ? { allowed: causalMask(n, queries, keys) } : {};
  if (n.x(3) === '') return causal;
  const given = n.shape(3);
  if (at(given, given.length - 1) !== keys) throw n.refusal('its mask is shorter than its keys');
  const heads = given.length === 4 ? at(given, 1) : 1;
  const shape =
    groups === undefined || given.length < 3
      ? given
      : [...given.slice(0, -3), ...(heads === 1 ? [1, 1] : groups), ...given.slice(-2)];
  const tensor = shape === given ? n.x(3) : n.build.reshape(n.x(3), shape);
  if (n.graph.type(n.x(3))?.elementType !== ElementType.bool) return { bias: { tensor, shape }, ...causal };
  return { allowed: 'allowed' in causal ? n.build.op('And', [tensor, causal.allowed]) : tensor };
}

export const standardAttention: Record<string, Rule> = { Attention: attention };
