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

const graph = graphOf({
  operator: 'Tanh',
  inputs: [x([2, 3])],
  next: [
    { operator: 'Floor', inputs: ['output0'] },
    { operator: 'Sigmoid', inputs: ['output0'] },
    { operator: 'Add', inputs: ['next0', 'next1'] },
  ],
});

describe('a branch that steps beside one that does not', () => {
  it('leaves behind it what can be hooked', () => {
    expect([...differentiableTensors(graph, 'next2')].sort()).toEqual(['next0', 'next1', 'next2']);
  });

  it('is named as what stands in the way', () => {
    const reach = gradientReach(graph, 'next2');
    expect(reach.get('output0')).toBe("Floor 'node of next0'");
    expect(reach.get('input0')).toBe("Floor 'node of next0'");
    expect(reach.get('next1')).toBeNull();
  });
});
