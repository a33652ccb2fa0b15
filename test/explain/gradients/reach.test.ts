/** How far gradients reach into a network that holds an operator without a rule. */

import { describe, expect, it } from 'vitest';
import { differentiableTensors, gradientReach } from '../../../src/explain/gradients/sweep.ts';
import { Graph, type TensorType } from '../../../src/explain/onnx/graph.ts';
import { buildNetwork, type Case, networkOf, x } from './network.ts';

function graphOf(row: Case): Graph {
  const { model } = buildNetwork(networkOf(row));
  const floats = (name: string): [string, TensorType] => [name, { elementType: 1, shape: [2, 3] }];
  return new Graph(model.graph, new Map(['input0', 'output0', 'next0', 'next1', 'next2'].map(floats)));
}

/** tanh, and the sum of an operator of it and of its sigmoid. */
const beside = (operator: string) =>
  graphOf({
    operator: 'Tanh',
    inputs: [x([2, 3])],
    next: [
      { operator, inputs: ['output0'] },
      { operator: 'Sigmoid', inputs: ['output0'] },
      { operator: 'Add', inputs: ['next0', 'next1'] },
    ],
  });

describe('a branch that is refused beside one that is not', () => {
  const graph = beside('Round');

  it('leaves behind it what can be hooked', () => {
    expect([...differentiableTensors(graph, 'next2')].sort()).toEqual(['next0', 'next1', 'next2']);
  });

  it('is named as what stands in the way', () => {
    const reach = gradientReach(graph, 'next2');
    expect(reach.get('output0')).toBe("Round 'node of next0'");
    expect(reach.get('input0')).toBe("Round 'node of next0'");
    expect(reach.get('next1')).toBeNull();
  });
});

describe('a branch whose derivative is zero everywhere', () => {
  it.each(['Ceil', 'Floor', 'Sign'])('of %s leaves the other way open', (operator) => {
    const reach = gradientReach(beside(operator), 'next2');
    expect([reach.get('output0'), reach.get('input0')]).toEqual([null, null]);
  });

  it('leaves it open wherever the two stand', () => {
    const graph = graphOf({
      operator: 'Tanh',
      inputs: [x([2, 3])],
      next: [
        { operator: 'Sigmoid', inputs: ['output0'] },
        { operator: 'Sign', inputs: ['output0'] },
        { operator: 'Add', inputs: ['next0', 'next1'] },
      ],
    });
    expect(gradientReach(graph, 'next2').get('output0')).toBeNull();
  });

  it('is named where there is no other way', () => {
    const graph = graphOf({
      operator: 'Tanh',
      inputs: [x([2, 3])],
      next: [
        { operator: 'Sign', inputs: ['output0'] },
        { operator: 'Neg', inputs: ['next0'] },
      ],
    });
    const reach = gradientReach(graph, 'next1');
    expect([reach.get('input0'), reach.get('output0'), reach.get('next0')]).toEqual([
      "Sign 'node of next0'",
      "Sign 'node of next0'",
      null,
    ]);
  });

  it('adds nothing beside one that is refused', () => {
    const graph = graphOf({
      operator: 'Tanh',
      inputs: [x([2, 3])],
      next: [
        { operator: 'Round', inputs: ['output0'] },
        { operator: 'Sign', inputs: ['output0'] },
        { operator: 'Add', inputs: ['next0', 'next1'] },
      ],
    });
    expect(gradientReach(graph, 'next2').get('output0')).toBe("Round 'node of next0'");
  });
});
