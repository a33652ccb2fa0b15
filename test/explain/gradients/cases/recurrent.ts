import { type Case, omitted, typed, w, x } from '../network.ts';
import { uniform } from '../samples.ts';

const [steps, rows, from, to] = [4, 2, 3, 2];
const small = uniform(-0.8, 0.8);

/** x, weights for each direction and gate, and both biases. */
function inputs(gates: number, directions: number): Case['inputs'] {
  return [
    x([steps, rows, from]),
    w([directions, gates * to, from], small),
    w([directions, gates * to, to], small),
    w([directions, 2 * gates * to], small),
  ];
}

const layer = (
  operator: string,
  title: string,
  given: Case['inputs'],
  more: Partial<Case> & { attributes?: Case['attributes'] } = {},
): Case => ({
  operator,
  title,
  inputs: given,
  outputs: 2,
  ...more,
  attributes: { hidden_size: to, ...more.attributes },
});

const state = (directions: number) => x([directions, rows, to], small);

const directions = (operator: string, gates: number, attributes: Case['attributes'] = {}): Case[] => [
  layer(operator, 'forward', inputs(gates, 1), { attributes }),
  layer(operator, 'reverse', inputs(gates, 1), { attributes: { direction: 'reverse', ...attributes } }),
  layer(operator, 'both directions', inputs(gates, 2), { attributes: { direction: 'bidirectional', ...attributes } }),
  layer(operator, 'only the last state is read', inputs(gates, 1), { scored: [1], attributes }),
  layer(operator, 'only the sequence is read', inputs(gates, 2), {
    scored: [0],
    attributes: { direction: 'bidirectional', ...attributes },
  }),
  layer(operator, 'no bias', inputs(gates, 1).slice(0, 3), { attributes }),
  layer(operator, 'a first state', [...inputs(gates, 2), omitted, state(2)], {
    attributes: { direction: 'bidirectional', ...attributes },
  }),
  layer(operator, 'lengths that are all full', [...inputs(gates, 1), typed('int32', [steps, steps], [rows])], {
    attributes,
  }),
  layer(operator, 'one step', [x([1, rows, from]), ...inputs(gates, 1).slice(1)], { attributes }),
];

export const recurrent: Case[] = [
  ...directions('LSTM', 4),
  layer('LSTM', 'first states and the last cell', [...inputs(4, 2), omitted, state(2), state(2)], {
    outputs: 3,
    attributes: { direction: 'bidirectional' },
  }),
  ...directions('GRU', 3),
  ...directions('GRU', 3, { linear_before_reset: 1 }).map((row) => ({
    ...row,
    title: `${row.title}, the product is reset`,
  })),
  ...directions('RNN', 1),
  layer('RNN', 'ReLU', inputs(1, 1), {
    attributes: { activations: { strings: ['Relu'] } },
    step: 2 ** -9,
    tolerance: 5e-3,
  }),
];
