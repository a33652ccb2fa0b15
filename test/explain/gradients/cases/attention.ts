import { type Case, ints, omitted, typed, w, x } from '../network.ts';

const standard = (title: string, inputs: Case['inputs'], attributes: Case['attributes'] = {}): Case => ({
  operator: 'Attention',
  title,
  opset: 23,
  inputs,
  attributes,
});

const two = [x([2, 2, 3, 4]), x([2, 2, 5, 4]), x([2, 2, 5, 3])];
const scores = [...'110011101111111'].map(Number);
const microsoft = (
  operator: string,
  title: string,
  inputs: Case['inputs'],
  attributes: Case['attributes'] = {},
): Case => ({
  operator: `com.microsoft.${operator}`,
  title,
  inputs,
  attributes: { num_heads: 2, ...attributes },
});

const positions = ints([0, 1, 2, 3, 4, 3, 0, 1], [2, 4]);
const rotary = (
  operator: string,
  title: string,
  inputs: Case['inputs'],
  attributes: Case['attributes'] = {},
  opset = 18,
): Case => ({ operator, title, opset, inputs, attributes });

export const attention: Case[] = [
  standard('heads apart', two),
  standard('scale', two, { scale: { float: 0.3 } }),
  standard('heads side by side', [x([2, 3, 8]), x([2, 5, 8]), x([2, 5, 6])], { q_num_heads: 2, kv_num_heads: 2 }),
  standard('causal', [x([1, 2, 4, 3]), x([1, 2, 4, 3]), x([1, 2, 4, 3])], { is_causal: 1 }),
  standard('a mask to add', [...two, x([3, 5])]),
  standard('a mask to add for each head', [...two, x([2, 2, 3, 5])]),
  standard('a mask of booleans', [...two, typed('bool', scores, [3, 5])]),
  standard('heads that share keys', [x([2, 4, 3, 4]), x([2, 2, 5, 4]), x([2, 2, 5, 3])]),
  standard('heads side by side that share keys', [x([1, 3, 8]), x([1, 5, 4]), x([1, 5, 6])], {
    q_num_heads: 4,
    kv_num_heads: 2,
  }),
  standard('heads that share keys, a mask for each', [
    x([1, 4, 3, 4]),
    x([1, 2, 5, 4]),
    x([1, 2, 5, 3]),
    x([1, 4, 3, 5]),
  ]),

  microsoft('Attention', 'plain', [x([2, 3, 4]), w([4, 12]), w([12])]),
  microsoft('Attention', 'causal', [x([2, 3, 4]), w([4, 12]), w([12])], { unidirectional: 1 }),
  microsoft('Attention', 'scale', [x([2, 3, 4]), w([4, 12]), w([12])], { scale: { float: 0.4 } }),
  microsoft('Attention', 'sizes of its own', [x([2, 3, 4]), w([4, 18]), w([18])], { qkv_hidden_sizes: [6, 6, 6] }),
  microsoft('Attention', 'a bias of positions', [x([2, 3, 4]), w([4, 12]), w([12]), omitted, omitted, x([2, 2, 3, 3])]),

  microsoft('MultiHeadAttention', 'plain', [x([2, 3, 4]), x([2, 5, 4]), x([2, 5, 6])]),
  microsoft('MultiHeadAttention', 'bias', [x([2, 3, 4]), x([2, 5, 4]), x([2, 5, 4]), w([12])]),
  microsoft('MultiHeadAttention', 'scale', [x([1, 3, 4]), x([1, 3, 4]), x([1, 3, 4])], { scale: { float: 0.4 } }),
  microsoft('MultiHeadAttention', 'causal', [x([1, 3, 4]), x([1, 3, 4]), x([1, 3, 4])], { unidirectional: 1 }),
  microsoft('MultiHeadAttention', 'keys in heads', [x([2, 3, 4]), x([2, 2, 5, 2]), x([2, 2, 5, 2])]),
  microsoft('MultiHeadAttention', 'a bias of positions', [
    x([2, 3, 4]),
    x([2, 5, 4]),
    x([2, 5, 4]),
    omitted,
    omitted,
    x([1, 2, 3, 5]),
  ]),

  rotary('RotaryEmbedding', 'positions in the table', [x([2, 3, 4, 6]), w([2, 4, 3]), w([2, 4, 3])], {}, 23),
  rotary('RotaryEmbedding', 'positions given', [x([2, 3, 4, 6]), w([5, 3]), w([5, 3]), positions], {}, 23),
  rotary(
    'RotaryEmbedding',
    'pairs side by side, heads too',
    [x([2, 4, 12]), w([5, 3]), w([5, 3]), positions],
    {
      interleaved: 1,
      num_heads: 2,
    },
    23,
  ),
  rotary(
    'RotaryEmbedding',
    'a part turned',
    [x([2, 3, 4, 6]), w([5, 2]), w([5, 2]), positions],
    {
      rotary_embedding_dim: 4,
    },
    23,
  ),
  rotary('com.microsoft.RotaryEmbedding', 'heads side by side', [x([2, 4, 12]), positions, w([5, 3]), w([5, 3])], {
    num_heads: 2,
  }),
  rotary('com.microsoft.RotaryEmbedding', 'pairs side by side', [x([2, 3, 4, 6]), positions, w([5, 3]), w([5, 3])], {
    interleaved: 1,
  }),
];
