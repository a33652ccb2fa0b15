/**
 * The cells of recurrent layers, taken back through time. What a step needs of the forward pass (its gates) is computed
 * again for all steps at once, since every hidden state is known; only the states' own gradients go step by step.
 */

import { at } from '../at.ts';
import type { Builder } from '../onnx/builder.ts';

/** One direction of a layer, in the order in which it read its input. T steps, N rows, I values in, H values out. */
interface Pass {
  build: Builder;
  /** `[T, N, I]` */
  x: string;
  /** What each step gave, `[T, N, H]`, and the state before each. */
  y: string;
  before: string;
  /** Cell state before the first step, `[N, H]`; LSTM only. */
  cell: string;
  /** `[gates H, I]` and `[gates H, H]` */
  w: string;
  r: string;
  /** `[gates H]` each */
  wb: string;
  rb: string;
  /** Gradients of `y` and of the last hidden and cell state. */
  gy: string;
  gh: string;
  gc: string;
  /** `[T, N, H]` */
  shape: number[];
}

/** Gradients before the gates' functions, `[T, N, gates H]`, and of the first hidden and cell state. */
interface PassGradients {
  gates: string;
  h: string;
  c: string;
}

export type Cell = (pass: Pass) => PassGradients;

const mul = (b: Builder, ...factors: string[]) => factors.reduce((all, factor) => b.op('Mul', [all, factor]));
const add = (b: Builder, ...terms: string[]) => terms.reduce((all, term) => b.op('Add', [all, term]));
const oneMinus = (b: Builder, a: string) => b.op('Sub', [b.scalar(1), a]);
const sigmoid = (b: Builder, a: string) => b.op('Sigmoid', [a]);
const tanh = (b: Builder, a: string) => b.op('Tanh', [a]);
const product = (b: Builder, x: string, matrix: string) => b.op('MatMul', [x, matrix]);
const turned = (b: Builder, matrix: string) => b.transpose(matrix, [1, 0]);
/** Slope of a sigmoid and of tanh, from their values. */
const sigmoidSlope = (b: Builder, y: string) => mul(b, y, oneMinus(b, y));
const tanhSlope = (b: Builder, y: string) => oneMinus(b, mul(b, y, y));

function pieces(b: Builder, tensor: string, count: number): string[] {
  return b.ops('Split', [tensor], count, { axis: 2, num_outputs: count });
}

/** `[T, N, H]` of states behind each step to those before each. */
export function shifted(b: Builder, first: string, states: string, shape: readonly number[]): string {
  const [steps, rows, width] = [at(shape, 0), at(shape, 1), at(shape, 2)];
  const start = b.reshape(first, [1, rows, width]);
  return steps === 1 ? start : b.op('Concat', [start, b.slice(states, [0], [steps - 1], [0])], { axis: 0 });
}

/** Long short-term memory: c = f c' + i g, h = o tanh(c) (Hochreiter and Schmidhuber 1997, with forget gates; ONNX LSTM). */
export const lstm: Cell = (p) => {
  const b = p.build;
  const sums = add(b, product(b, p.x, turned(b, p.w)), product(b, p.before, turned(b, p.r)), p.wb, p.rb);
  const [zi = '', zo = '', zf = '', zg = ''] = pieces(b, sums, 4);
  const [i, o, f, g] = [sigmoid(b, zi), sigmoid(b, zo), sigmoid(b, zf), tanh(b, zg)];
  const cells = b.scan({
    states: [p.cell],
    inputs: [f, mul(b, i, g)],
    backwards: false,
    body: (inner, [c = ''], [forget = '', fresh = '']) => {
      const next = add(inner, mul(inner, forget, c), fresh);
      return { states: [next], outputs: [next] };
    },
  });
  const c = at(cells.outputs, 0);
  const bent = tanh(b, c);
  const ofCell = mul(b, o, tanhSlope(b, bent));
  const slopes = [
    mul(b, g, sigmoidSlope(b, i)),
    mul(b, bent, sigmoidSlope(b, o)),
    mul(b, shifted(b, p.cell, c, p.shape), sigmoidSlope(b, f)),
    mul(b, i, tanhSlope(b, g)),
  ];
  const back = b.scan({
    states: [p.gh, p.gc],
    inputs: [p.gy, ofCell, f, ...slopes],
    backwards: true,
    body: (
      inner,
      [later = '', laterCell = ''],
      [gy = '', slope = '', forget = '', ki = '', ko = '', kf = '', kg = ''],
    ) => {
      const dh = add(inner, gy, later);
      const dc = add(inner, laterCell, mul(inner, dh, slope));
      const each = [mul(inner, dc, ki), mul(inner, dh, ko), mul(inner, dc, kf), mul(inner, dc, kg)];
      const gates = inner.op('Concat', each, { axis: 1 });
      return { states: [product(inner, gates, p.r), mul(inner, dc, forget)], outputs: [gates] };
    },
  });
  return { gates: at(back.outputs, 0), h: at(back.states, 0), c: at(back.states, 1) };
};

/**
 * Gated recurrent unit: h = (1 - z) n + z h' (Cho and others 2014; ONNX GRU).
 * @param resetsProduct n = tanh(W x + r (R h')), as PyTorch and cuDNN have it, or else n = tanh(W x + R (r h'))
 */
export const gru =
  (resetsProduct: boolean): Cell =>
  (p) => {
    const b = p.build;
    const width = at(p.shape, 2);
    const fromX = pieces(b, add(b, product(b, p.x, turned(b, p.w)), p.wb), 3);
    const fromH = pieces(b, add(b, product(b, p.before, turned(b, p.r)), p.rb), 3);
    const z = sigmoid(b, add(b, at(fromX, 0), at(fromH, 0)));
    const r = sigmoid(b, add(b, at(fromX, 1), at(fromH, 1)));
    const ofCandidate = b.slice(p.r, [2 * width], [3 * width], [0]);
    const biasOfCandidate = b.slice(p.rb, [2 * width], [3 * width], [0]);
    const reset = resetsProduct
      ? mul(b, r, at(fromH, 2))
      : add(b, product(b, mul(b, r, p.before), turned(b, ofCandidate)), biasOfCandidate);
    const n = tanh(b, add(b, at(fromX, 2), reset));
    const kz = mul(b, b.op('Sub', [p.before, n]), sigmoidSlope(b, z));
    const kn = mul(b, oneMinus(b, z), tanhSlope(b, n));
    const kr = mul(b, resetsProduct ? at(fromH, 2) : p.before, sigmoidSlope(b, r));
    const ofGates = b.slice(p.r, [0], [2 * width], [0]);
    const back = b.scan({
      states: [p.gh],
      inputs: [p.gy, z, r, kz, kr, kn],
      backwards: true,
      body: (inner, [later = ''], [gy = '', keep = '', open = '', ofZ = '', ofR = '', ofN = '']) => {
        const dh = add(inner, gy, later);
        const dn = mul(inner, dh, ofN);
        const behind = resetsProduct ? dn : product(inner, dn, ofCandidate);
        const gated = inner.op('Concat', [mul(inner, dh, ofZ), mul(inner, behind, ofR)], { axis: 1 });
        const opened = mul(inner, behind, open);
        const before = add(
          inner,
          mul(inner, dh, keep),
          resetsProduct ? product(inner, opened, ofCandidate) : opened,
          product(inner, gated, ofGates),
        );
        return { states: [before], outputs: [inner.op('Concat', [gated, dn], { axis: 1 })] };
      },
    });
    return { gates: at(back.outputs, 0), h: at(back.states, 0), c: '' };
  };

/** The plain recurrent layer, h = tanh or ReLU of W x + R h' (Elman 1990; ONNX RNN). */
export const plain =
  (activation: 'Relu' | 'Tanh'): Cell =>
  (p) => {
    const b = p.build;
    const slope = activation === 'Tanh' ? tanhSlope(b, p.y) : b.op('Sign', [p.y]);
    const back = b.scan({
      states: [p.gh],
      inputs: [p.gy, slope],
      backwards: true,
      body: (inner, [later = ''], [gy = '', k = '']) => {
        const gate = mul(inner, add(inner, gy, later), k);
        return { states: [product(inner, gate, p.r)], outputs: [gate] };
      },
    });
    return { gates: at(back.outputs, 0), h: at(back.states, 0), c: '' };
  };
