/** Tensors of which several nodes read a piece each: their gradients are joined, not padded and added. */

import { describe, expect, it } from 'vitest';
import { ElementType } from '../../../src/explain/onnx/element-type.ts';
import { analyticGradients, expectGradients } from './finite-differences.ts';
import { type Network, type NetworkInput, node } from './network.ts';
import { seededRandom, spreadValues } from './samples.ts';

const far = Number.MAX_SAFE_INTEGER;

/** Nodes that read the image, `[2, 5, 3]`, each behind a sine, so that a gradient tells from where it came. */
class Readers {
  readonly inputs: NetworkInput[] = [];
  readonly nodes: Network['nodes'] = [];
  readonly outputs: string[] = [];

  gather(axis: number, indices: number | number[]): this {
    const numbers = [indices].flat();
    return this.#read('Gather', [this.#ints(numbers, Array.isArray(indices) ? [numbers.length] : [])], { axis });
  }

  slice(axis: number, start: number, end: number, step = 1): this {
    return this.#read(
      'Slice',
      [start, end, axis, step].map((part) => this.#ints([part], [1])),
    );
  }

  split(axis: number, lengths: number[], read = lengths.map((_, i) => i)): this {
    const parts = this.#ints(lengths, [lengths.length]);
    return this.#read('Split', [parts], { axis }, lengths.length, read);
  }

  whole(): this {
    return this.#read('Tanh', []);
  }

  network(title: string): Network {
    const values = spreadValues(30, seededRandom(title));
    const image = { name: 'image', shape: [2, 5, 3], elementType: ElementType.float32, values, varies: true };
    return { title, opset: 18, inputs: [image, ...this.inputs], nodes: this.nodes, outputs: this.outputs };
  }

  #read(operator: string, inputs: string[], attributes = {}, count = 1, read = [0]): this {
    const place = this.nodes.length;
    const pieces = Array.from({ length: count }, (_, i) => `piece ${place}.${i}`);
    this.nodes.push(node(operator, ['image', ...inputs], pieces, attributes));
    for (const i of read) {
      this.nodes.push(node('Sin', [`piece ${place}.${i}`], [`output ${place}.${i}`]));
      this.outputs.push(`output ${place}.${i}`);
    }
    return this;
  }

  #ints(values: number[], shape: number[]): string {
    const name = `numbers ${this.inputs.length}`;
    this.inputs.push({ name, shape, values, varies: false, elementType: ElementType.int64 });
    return name;
  }
}

const read = () => new Readers();

/** And with how many nodes of each kind the sweep gets by; there is no Sum or Pad. */
const rows: [title: string, Readers, { Concat: number; Add?: number }][] = [
  ['three gathers, as of query, key and value', read().gather(2, 0).gather(2, 1).gather(2, 2), { Concat: 1 }],
  ['in another order, from behind', read().gather(2, -1).gather(2, -3).gather(2, [1]), { Concat: 1 }],
  ['two slices of everything, as a rolled axis', read().slice(1, 2, far).slice(1, 0, 2), { Concat: 1 }],
  ['slices with a gap', read().slice(1, 3, 5).slice(1, 0, 1), { Concat: 1 }],
  ['slices with zeros before, between and behind', read().slice(1, 3, -1).slice(1, -4, -3), { Concat: 1 }],
  ['a slice and a gather', read().slice(1, 1, far).gather(1, 0), { Concat: 1 }],
  ['two splits of which one piece each is read', read().split(1, [2, 3], [0]).split(1, [2, 2, 1], [2]), { Concat: 1 }],
  ['a gather beside what reads everything', read().gather(0, 1).whole().gather(0, 0), { Concat: 1, Add: 1 }],
  ['slices that overlap', read().slice(1, 0, 3).slice(1, 2, 5), { Concat: 2, Add: 1 }],
  ['two that overlap, and one that fits', read().slice(1, 0, 2).slice(1, 1, 3).slice(1, 3, 5), { Concat: 2, Add: 1 }],
  ['the same piece twice', read().gather(1, 2).gather(1, 2), { Concat: 2, Add: 1 }],
  ['pieces along two axes', read().gather(1, 0).gather(2, 0).gather(1, 4).gather(2, 2), { Concat: 2, Add: 1 }],
];

describe('gradients of pieces', () => {
  it.each(rows)('%s', async (title, readers, expected) => {
    const network = readers.network(title);
    await expectGradients(network);
    const { operators } = await analyticGradients(network);
    const counts = (operator: string) => operators.filter((name) => name === operator).length;
    const joining = { Concat: counts('Concat'), Add: counts('Add'), Sum: counts('Sum'), Pad: counts('Pad') };
    expect(joining).toEqual({ Add: 0, Sum: 0, Pad: 0, ...expected });
  });

  it('every second cell is still padded', async () => {
    const network = read().slice(1, 0, far, 2).slice(1, 1, far, 2).network('even and odd cells');
    await expectGradients(network);
    const { operators } = await analyticGradients(network);
    expect(operators).toContain('Pad');
  });
});
