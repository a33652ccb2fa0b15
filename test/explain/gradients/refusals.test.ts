/** What a user reads where no gradient passes. */

import { describe, expect, it } from 'vitest';
import { analyticGradients } from './finite-differences.ts';
import { type Case, ints, networkOf, omitted, typed, w, x } from './network.ts';

const gradients = (row: Case) => analyticGradients(networkOf(row));

describe('an operator without a derivative', () => {
  it.each(['Floor', 'Ceil', 'Round', 'Sign', 'Hardmax'])('%s is refused because it steps', async (operator) => {
    const refusal = gradients({ operator, inputs: [x([2, 3])] });
    await expect(refusal).rejects.toMatchObject({ code: 'no-gradient-rule' });
    await expect(refusal).rejects.toThrow(
      `No gradient passes through ${operator} 'node of output0': its result moves in steps`,
    );
  });

  it('an operator that Gradline does not know is named', async () => {
    const refusal = gradients({ operator: 'Det', inputs: [x([2, 2])] });
    await expect(refusal).rejects.toThrow("through Det 'node of output0': Gradline has no gradient rule");
  });

  it('the nearest layer that works is named', async () => {
    const refusal = gradients({
      operator: 'Floor',
      inputs: [x([2, 3])],
      next: [
        { operator: 'Tanh', inputs: ['output0'] },
        { operator: 'Neg', inputs: ['next0'] },
      ],
    });
    await expect(refusal).rejects.toThrow("Hook a layer behind it; the nearest is 'output0'");
  });
});

describe('a node whose form cannot be differentiated', () => {
  it.each<[string, Case, string]>([
    ['a weight that is hooked', { operator: 'Conv', inputs: [x([1, 1, 3, 3]), x([1, 1, 2, 2])] }, 'its weights depend'],
    [
      'a scatter that multiplies',
      { operator: 'ScatterND', inputs: [x([3]), ints([1], [1, 1]), w([1])], attributes: { reduction: 'mul' } },
      "reduction 'mul'",
    ],
    [
      'attention that caps its scores',
      {
        operator: 'Attention',
        opset: 23,
        inputs: [x([1, 1, 2, 2]), x([1, 1, 2, 2]), x([1, 1, 2, 2])],
        attributes: { softcap: { float: 2 } },
      },
      'it caps its scores',
    ],
    [
      'a normalisation whose scale is made of the image',
      { operator: 'LayerNormalization', inputs: [x([2, 3]), x([3])] },
      "its input 1, 'input1', depends on the hooked layer",
    ],
    [
      'a recurrent layer with peepholes',
      {
        operator: 'LSTM',
        inputs: [x([2, 1, 1]), w([1, 4, 1]), w([1, 4, 1]), omitted, omitted, omitted, omitted, w([1, 3])],
        attributes: { hidden_size: 1 },
      },
      'it has peepholes',
    ],
    [
      'a recurrent layer with another activation',
      {
        operator: 'GRU',
        inputs: [x([2, 1, 1]), w([1, 3, 1]), w([1, 3, 1])],
        attributes: { hidden_size: 1, activations: { strings: ['HardSigmoid', 'Tanh'] } },
      },
      'it holds the activation HardSigmoid',
    ],
    [
      'a list of tensors',
      {
        operator: 'SequenceConstruct',
        inputs: [x([2, 3])],
        next: [{ operator: 'ConcatFromSequence', inputs: ['output0'], attributes: { axis: 0 } }],
      },
      'lists of tensors are not differentiated',
    ],
    [
      'a mask of lengths',
      {
        operator: 'com.microsoft.Attention',
        inputs: [x([1, 2, 2]), w([2, 6]), w([6]), typed('int32', [1], [1])],
        attributes: { num_heads: 1 },
      },
      'it has a mask of lengths',
    ],
  ])('%s', async (_, row, reason) => {
    await expect(gradients(row)).rejects.toThrow(reason);
  });
});
