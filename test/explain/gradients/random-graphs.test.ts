/** Gradients through random small networks: branches that are read twice, joined, added, multiplied with broadcasting. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ElementType } from '../../../src/explain/onnx/element-type.ts';
import { expectGradients } from './finite-differences.ts';
import { type Network, type NetworkInput, node, sizeOf } from './network.ts';
import { seededRandom, uniform } from './samples.ts';

/** A step reads one or two of the tensors made so far, picked by numbers that are taken modulo how many there are. */
interface Step {
  kind: (typeof kinds)[number];
  first: number;
  second: number;
}

const smooth = ['Tanh', 'Sigmoid', 'Softplus', 'Erf', 'Sin'] as const;
const kinds = [
  ...smooth,
  'convolution',
  'strided convolution',
  'depthwise convolution',
  'pool',
  'sum',
  'product',
  'difference',
  'concatenation',
  'halves exchanged',
  'squeeze and excite',
  'layer normalisation',
  'softmax over channels',
  'attention over cells',
  'upsampling',
] as const;

/** Tensors of `[1, channels, height, width]` under construction. */
class RandomNetwork {
  readonly inputs: NetworkInput[] = [];
  readonly nodes: Network['nodes'] = [];
  readonly tensors: { name: string; shape: number[] }[] = [];
  readonly #random: () => number;

  constructor(seed: string, shape: number[]) {
    this.#random = seededRandom(seed);
    this.tensors.push({ name: 'image', shape });
    this.#input('image', shape, uniform(-1, 1)(sizeOf(shape), this.#random), true);
  }

  #input(name: string, shape: number[], values: number[], varies: boolean): string {
    this.inputs.push({ name, shape, values, varies, elementType: ElementType.float32 });
    return name;
  }

  #weights(shape: number[]): string {
    const fan = sizeOf(shape.slice(1));
    const values = uniform(-1, 1)(sizeOf(shape), this.#random).map((v) => v / Math.sqrt(fan));
    return this.#input(`weights ${this.inputs.length}`, shape, values, false);
  }

  #ints(values: number[]): string {
    const name = `numbers ${this.inputs.length}`;
    this.inputs.push({ name, shape: [values.length], values, varies: false, elementType: ElementType.int64 });
    return name;
  }

  #op(operator: string, inputs: string[], attributes: Parameters<typeof node>[3] = {}): string {
    const name = `${operator} ${this.nodes.length}`;
    this.nodes.push(node(operator, inputs, [name], attributes));
    return name;
  }

  add({ kind, first, second }: Step): void {
    const a = this.#pick(first);
    const [, channels = 1, height = 1, width = 1] = a.shape;
    const made = (name: string, shape: number[]) => this.tensors.push({ name, shape });
    switch (kind) {
      case 'convolution':
        made(this.#op('Conv', [a.name, this.#weights([3, channels, 3, 3])], { pads: [1, 1, 1, 1] }), [
          1,
          3,
          height,
          width,
        ]);
        break;
      case 'strided convolution': {
        const weights = this.#weights([4, channels, 3, 3]);
        const name = this.#op('Conv', [a.name, weights], { pads: [1, 1, 1, 1], strides: [2, 2] });
        made(name, [1, 4, Math.ceil(height / 2), Math.ceil(width / 2)]);
        break;
      }
      case 'depthwise convolution': {
        const weights = this.#weights([channels, 1, 3, 3]);
        made(this.#op('Conv', [a.name, weights], { pads: [1, 1, 1, 1], group: channels }), a.shape);
        break;
      }
      case 'pool':
        made(this.#op('AveragePool', [a.name], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }), a.shape);
        break;
      case 'sum':
      case 'product':
      case 'difference': {
        const b = this.#pick(second, (shape) => broadcasts(a.shape, shape));
        const operator = { sum: 'Add', product: 'Mul', difference: 'Sub' }[kind];
        made(
          this.#op(operator, [a.name, b.name]),
          a.shape.map((size, axis) => Math.max(size, b.shape[axis] ?? 1)),
        );
        break;
      }
      case 'concatenation': {
        const b = this.#pick(second, (shape) => shape[2] === height && shape[3] === width);
        made(this.#op('Concat', [a.name, b.name], { axis: 1 }), [1, channels + (b.shape[1] ?? 0), height, width]);
        break;
      }
      case 'halves exchanged': {
        if (channels < 2) break;
        const [half, all, zero, one] = [channels >> 1, channels, 0, 1].map((value) => this.#ints([value]));
        const front = this.#op('Slice', [a.name, zero ?? '', half ?? '', one ?? '']);
        const back = this.#op('Slice', [a.name, half ?? '', all ?? '', one ?? '']);
        made(this.#op('Concat', [back, front], { axis: 1 }), a.shape);
        break;
      }
      case 'squeeze and excite': {
        const means = this.#op('ReduceMean', [a.name, this.#ints([2, 3])]);
        const gate = this.#op('Sigmoid', [this.#op('Conv', [means, this.#weights([channels, channels, 1, 1])])]);
        made(gate, [1, channels, 1, 1]);
        made(this.#op('Mul', [a.name, gate]), a.shape);
        break;
      }
      case 'layer normalisation': {
        if (channels < 3) break;
        const last = this.#op('Transpose', [a.name], { perm: [0, 2, 3, 1] });
        const normalized = this.#op(
          'LayerNormalization',
          [last, this.#weights([channels]), this.#weights([channels])],
          {
            epsilon: { float: 0.1 },
          },
        );
        made(this.#op('Transpose', [normalized], { perm: [0, 3, 1, 2] }), a.shape);
        break;
      }
      case 'softmax over channels':
        made(this.#op('Softmax', [a.name], { axis: 1 }), a.shape);
        break;
      case 'attention over cells': {
        const cells = this.#op('Reshape', [a.name, this.#ints([1, channels, -1])]);
        const turned = this.#op('Transpose', [cells], { perm: [0, 2, 1] });
        const weights = this.#op('Softmax', [this.#op('MatMul', [turned, cells])]);
        made(this.#op('Reshape', [this.#op('MatMul', [cells, weights]), this.#ints(a.shape)]), a.shape);
        break;
      }
      case 'upsampling': {
        if (height * width > 16) break;
        const sizes = this.#ints([1, channels, height + 2, width + 1]);
        made(this.#op('Resize', [a.name, '', '', sizes], { mode: 'linear' }), [1, channels, height + 2, width + 1]);
        break;
      }
      default:
        made(this.#op(kind, [a.name]), a.shape);
    }
  }

  /** One of the tensors whose shape suits; the image itself always does or is what is compared with. */
  #pick(number: number, suits: (shape: number[]) => boolean = () => true) {
    const able = this.tensors.filter(({ shape }) => suits(shape));
    const picked = able[number % able.length];
    if (picked === undefined) throw new RangeError('no tensor suits');
    return picked;
  }

  /** The last tensor and one other, so that a score can also branch off half way. */
  finish(title: string, other: number): Network {
    const last = this.tensors.at(-1)?.name ?? '';
    const outputs = [...new Set([last, this.#pick(other).name])].filter((name) => name !== 'image');
    return { title, opset: 18, inputs: this.inputs, nodes: this.nodes, outputs };
  }
}

function broadcasts(a: number[], b: number[]): boolean {
  return a.every((size, axis) => size === b[axis] || size === 1 || b[axis] === 1);
}

const steps = fc.array(fc.record({ kind: fc.constantFrom(...kinds), first: fc.nat(30), second: fc.nat(30) }), {
  minLength: 2,
  maxLength: 9,
});

it('agree with finite differences whatever the operators and however they branch', async () => {
  const compared = new Set<string>();
  const property = fc.asyncProperty(steps, fc.nat(30), async (list, other) => {
    const made = new RandomNetwork(JSON.stringify(list), [1, 3, 4, 3]);
    for (const step of list) made.add(step);
    fc.pre(made.nodes.length > 0);
    await expectGradients(made.finish(JSON.stringify(list), other), {
      step: 2 ** -6,
      tolerance: 3e-3,
      mayVanish: true,
    });
    for (const { kind } of list) compared.add(kind);
  });
  // A failure prints the seed, and the smallest network that fails.
  await fc.assert(property, { seed: 20_251_125, numRuns: 80 });
  expect([...compared].sort()).toEqual([...kinds].sort());
});
