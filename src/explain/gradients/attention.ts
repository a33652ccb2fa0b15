/** Scaled dot-product attention (Vaswani and others 2017): O = softmax(scale q k' + bias) v for each head. */

import { type Matrices, product, productGradients, swapped } from './linear.ts';
import { once } from './once.ts';
import type { ReverseNode } from './reverse-node.ts';
import { unbroadcast } from './unbroadcast.ts';

export interface Attention {
  /** `[batch, heads, queries, depth]`; further axes in front may broadcast. */
  query: Matrices;
  key: Matrices;
  value: Matrices;
  scale: number;
  /** Added to the scores, of a shape that broadcasts with them. */
  bias?: Matrices;
  /** Where a score counts at all, as booleans that broadcast with the scores. */
  allowed?: string;
}

export interface AttentionGradients {
  query(): string;
  key(): string;
  value(): string;
  bias(): string;
}

/** What stands for minus infinity: exp of it is 0, and a row of it alone is no NaN. */
const excluded = -1e30;

/**
 * The weights P are computed again. With g the gradient of O: dv = P' g; the scores' gradient is
 * dS = P (g v' - sum(P g v')), dq = scale dS k, dk = scale dS' q. Each is summed to its tensor's shape.
 */
export function attentionGradients(n: ReverseNode, parts: Attention, g: Matrices): AttentionGradients {
  const { build } = n;
  const { query, key, value, scale } = parts;
  const raw = product(build, query, swapped(build, key));
  const shape = raw.shape;
  let scores = n.scale(raw.tensor, scale);
  if (parts.bias !== undefined) scores = n.add(scores, parts.bias.tensor);
  if (parts.allowed !== undefined) scores = n.where(parts.allowed, scores, build.scalar(excluded));
  const weights: Matrices = { tensor: build.op('Softmax', [scores], { axis: -1 }), shape };
  const [ofWeights, ofValue] = productGradients(build, weights, value, g);

  const ofScores = once(() => {
    const weighted = n.mul(weights.tensor, ofWeights());
    const total = build.reduce('ReduceSum', weighted, [shape.length - 1], true);
    return n.sub(weighted, n.mul(weights.tensor, total));
  });
  const ofProduct = () =>
    productGradients(build, query, swapped(build, key), { tensor: n.scale(ofScores(), scale), shape });
  return {
    query: () => ofProduct()[0](),
    key: () => {
      const transposed = swapped(build, key);
      return swapped(build, { tensor: ofProduct()[1](), shape: transposed.shape }).tensor;
    },
    value: ofValue,
    bias: () => unbroadcast(build, ofScores(), shape, parts.bias?.shape ?? []),
  };
}

/** `[batch, length, heads * depth]` to `[batch, heads, length, depth]`. */
export function splitHeads(n: ReverseNode, tensor: string, [batch, length, heads, depth]: HeadSizes): Matrices {
  const split = n.build.reshape(tensor, [batch, length, heads, depth]);
  return { tensor: n.build.transpose(split, [0, 2, 1, 3]), shape: [batch, heads, length, depth] };
}

/** The way back. */
export function joinHeads(n: ReverseNode, tensor: string, [batch, length, heads, depth]: HeadSizes): string {
  return n.build.reshape(n.build.transpose(tensor, [0, 2, 1, 3]), [batch, length, heads * depth]);
}

export type HeadSizes = [batch: number, length: number, heads: number, depth: number];

/** Which keys a query may see when it sees none behind it: `[queries, keys]` of booleans. */
export function causalMask(n: ReverseNode, queries: number, keys: number): string {
  const column = n.build.ints(
    Array.from({ length: queries }, (_, i) => i),
    [queries, 1],
  );
  const row = n.build.ints(Array.from({ length: keys }, (_, i) => i));
  return n.build.op('GreaterOrEqual', [column, row]);
}

/** Refuses inputs that exist for text generation and have no part in a classifier. */
export function refuseInputs(n: ReverseNode, inputs: Record<number, string>): void {
  for (const [input, what] of Object.entries(inputs)) {
    if (n.x(Number(input)) !== '') throw n.refusal(`it has ${what}`);
  }
}

export function refuseOtherOutputs(n: ReverseNode): void {
  if (n.node.output.some((_, i) => i > 0 && n.hasGradient(i))) throw n.refusal('more than its first output is used');
}
