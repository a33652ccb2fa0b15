import { type Case, scalar, w, x } from '../network.ts';

const products: [string, number[], number[]][] = [
  ['matrices', [2, 3], [3, 4]],
  ['batches', [2, 2, 3], [2, 3, 4]],
  ['batches of heads', [2, 2, 2, 3], [2, 2, 3, 2]],
  ['a batch times one matrix', [2, 2, 3], [3, 4]],
  ['one matrix times a batch', [2, 3], [2, 3, 4]],
  ['batches that broadcast both ways', [2, 1, 2, 3], [3, 3, 2]],
  ['a batch of one', [1, 2, 3], [4, 3, 2]],
  ['vector times matrix', [3], [3, 4]],
  ['matrix times vector', [2, 3], [3]],
  ['vector times batch', [3], [2, 3, 4]],
  ['batch times vector', [2, 2, 3], [3]],
  ['vector times vector', [3], [3]],
];

const einsum = (equation: string, ...shapes: number[][]): Case => ({
  operator: 'Einsum',
  title: equation,
  inputs: shapes.map((shape) => x(shape)),
  attributes: { equation },
});

const gemm = (title: string, inputs: Case['inputs'], attributes: Case['attributes'] = {}): Case => ({
  operator: 'Gemm',
  title,
  inputs,
  attributes,
});

const scales = { alpha: { float: 0.7 }, beta: { float: 1.3 } };

export const linear: Case[] = [
  ...products.map(([title, a, b]): Case => ({ operator: 'MatMul', title, inputs: [x(a), x(b)] })),
  gemm('plain', [x([2, 3]), x([3, 4]), x([4])]),
  gemm('no bias', [x([2, 3]), x([3, 4])]),
  gemm('a linear layer', [x([2, 3]), w([4, 3]), w([4])], { transB: 1 }),
  gemm('transA', [x([3, 2]), x([3, 4]), x([2, 4])], { transA: 1, ...scales }),
  gemm('transB', [x([2, 3]), x([4, 3]), x([2, 1])], { transB: 1, ...scales }),
  gemm('transA and transB', [x([3, 2]), x([4, 3]), x([1, 4])], { transA: 1, transB: 1, ...scales }),
  gemm('alpha and beta', [x([2, 3]), x([3, 4]), x([])], scales),
  einsum('ij,jk->ik', [2, 3], [3, 4]),
  einsum('ij,jk', [2, 3], [3, 4]),
  einsum('bhid,bhjd->bhij', [2, 2, 3, 2], [2, 2, 4, 2]),
  einsum('bhij,bhjd->bhid', [2, 2, 3, 4], [2, 2, 4, 2]),
  einsum('bchw,bnc->bnhw', [2, 3, 2, 2], [2, 4, 3]),
  einsum('i,j->ij', [3], [4]),
  einsum('i,i->', [3], [3]),
  einsum('ij->ji', [2, 3]),
  einsum('ij->i', [2, 3]),
  einsum('ijk->j', [2, 3, 2]),
  einsum('ij->', [2, 3]),
  einsum('ii->i', [3, 3]),
  einsum('ii->', [3, 3]),
  einsum('iij,jk->ik', [3, 3, 2], [2, 2]),
  einsum('...ij,...jk->...ik', [2, 2, 3], [2, 3, 2]),
  einsum('...ij,jk->...ik', [2, 2, 2, 3], [3, 2]),
  einsum('b...,b...', [2, 3], [2, 3]),
  einsum('ij,jk,kl->il', [2, 3], [3, 2], [2, 2]),
  einsum('ij,ik,jk->i', [2, 3], [2, 4], [3, 4]),
  einsum('ij,ij->ij', [2, 3], [2, 3]),
  { operator: 'Gemm', title: 'bias is one number', inputs: [x([2, 3]), w([3, 2]), scalar(2)] },
];
