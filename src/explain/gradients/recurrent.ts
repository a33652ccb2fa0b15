/** Recurrent layers: backpropagation through time, a direction at a time. */

import { at } from '../at.ts';
import { stringsAttribute } from '../onnx/attributes.ts';
import { once } from './once.ts';
import { type Cell, gru, lstm, plain, shifted } from './recurrent-cells.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

interface Layer {
  cell: Cell;
  /** Number of gates. */
  gates: number;
  /** Functions of one direction where the node names none. */
  activations: string[];
}

/** Inputs of all three operators: x, W, R, B, lengths, initial h; LSTM adds initial c and peepholes. */
const recurrent =
  (layerOf: (n: ReverseNode) => Layer): Rule =>
  (n) => {
    const layer = layerOf(n);
    refuseRareForms(n, layer);
    const { build } = n;
    const [steps, rows] = [at(n.shape(), 0), at(n.shape(), 1)];
    const [directions, width] = [at(n.shape(2), 0), at(n.shape(2), 2)];
    const shape = [steps, rows, width];
    const backwards = (d: number) => d === 1 || n.string('direction', 'forward') === 'reverse';
    const ordered = (tensor: string, d: number) =>
      backwards(d) ? build.slice(tensor, [-1], [Number.MIN_SAFE_INTEGER], [0], [-1]) : tensor;
    const pick = (tensor: string, d: number, axis: number) =>
      build.op('Gather', [tensor, build.ints([d], [])], { axis });
    const state = (input: number, d: number) => (n.x(input) === '' ? n.zeros([rows, width]) : pick(n.x(input), d, 0));
    const gradientOf = (output: number, d: number) =>
      n.hasGradient(output) ? pick(n.gradient(output), d, 0) : n.zeros([rows, width]);

    const passes = once(() =>
      Array.from({ length: directions }, (_, d) => {
        const y = ordered(pick(n.made(0), d, 1), d);
        const half = layer.gates * width;
        const bias = (from: number) =>
          n.x(3) === '' ? n.zeros([half]) : build.slice(pick(n.x(3), d, 0), [from], [from + half], [0]);
        const w = pick(n.x(1), d, 0);
        const found = layer.cell({
          build,
          shape,
          x: ordered(n.x(), d),
          y,
          before: shifted(build, state(5, d), y, shape),
          cell: state(6, d),
          w,
          r: pick(n.x(2), d, 0),
          wb: bias(0),
          rb: bias(half),
          gy: n.hasGradient(0) ? ordered(pick(n.gradient(0), d, 1), d) : n.zeros(shape),
          gh: gradientOf(1, d),
          gc: gradientOf(2, d),
        });
        return { ...found, x: () => ordered(build.op('MatMul', [found.gates, w]), d) };
      }),
    );
    const stacked = (states: string[]) =>
      build.op(
        'Concat',
        states.map((each) => build.reshape(each, [1, rows, width])),
        { axis: 0 },
      );
    const weights = () => {
      throw n.refusal('its weights depend on the hooked layer');
    };
    return [
      () => build.sum(passes().map(({ x }) => x())),
      weights,
      weights,
      weights,
      undefined,
      () => stacked(passes().map(({ h }) => h)),
      () => stacked(passes().map(({ c }) => c)),
    ];
  };

function refuseRareForms(n: ReverseNode, { activations }: Layer): void {
  const steps = at(n.shape(), 0);
  const full = n.x(4) === '' || n.graph.constant(n.x(4))?.every((length) => length === steps) === true;
  if (!full) throw n.refusal('its sequences have lengths of their own; export it without packed sequences');
  if (n.x(7) !== '') throw n.refusal('it has peepholes');
  if (n.float('clip', 0) !== 0) throw n.refusal('it clips its gates');
  if (n.int('input_forget', 0) !== 0) throw n.refusal('its input gate is made of its forget gate');
  if (n.int('layout', 0) !== 0) throw n.refusal('its batch comes first');
  const given = stringsAttribute(n.node, 'activations') ?? [];
  const other = given.find((name, i) => name !== activations[i % activations.length]);
  if (other !== undefined) throw n.refusal(`it holds the activation ${other}`);
}

export const recurrentLayers: Record<string, Rule> = {
  GRU: recurrent((n) => ({
    cell: gru(n.int('linear_before_reset', 0) === 1),
    gates: 3,
    activations: ['Sigmoid', 'Tanh'],
  })),
  LSTM: recurrent(() => ({ cell: lstm, gates: 4, activations: ['Sigmoid', 'Tanh', 'Tanh'] })),
  RNN: recurrent((n) => {
    const activation = stringsAttribute(n.node, 'activations')?.[0] === 'Relu' ? 'Relu' : 'Tanh';
    return { cell: plain(activation), gates: 1, activations: [activation] };
  }),
};
