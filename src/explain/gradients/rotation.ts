/** Rotary positions: pairs of values turned by angles that the positions give (Su and others 2021, RoFormer, section 3.2). */

import type { Attributes } from '../onnx/builder.ts';
import type { Rule } from './rule.ts';

/** A turn undone is a turn by the opposite angle: the same operator with the sines negated. */
const turnedBack =
  (domain: string, sines: number): Rule =>
  (n) => {
    const attributes: Attributes = {};
    for (const name of ['interleaved', 'num_heads', 'rotary_embedding_dim']) attributes[name] = n.int(name, 0);
    const inputs = () => [n.g, ...n.node.input.slice(1)].map((input, i) => (i === sines ? n.neg(input) : input));
    return [() => n.build.op('RotaryEmbedding', inputs(), attributes, { domain })];
  };

export const rotation: Record<string, Rule> = {
  RotaryEmbedding: turnedBack('', 2),
  'com.microsoft.RotaryEmbedding': turnedBack('com.microsoft', 3),
};
