/** Einstein summation. */

import { at } from '../at.ts';
import type { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';

interface Equation {
  /** One letter an axis, for each input. */
  inputs: string[][];
  output: string[];
}

/**
 * The gradient of an input is the summation of the output's gradient with all other inputs, to the input's own letters.
 * Letters that only this input has were summed away alone: their gradient is repeated. A letter that the input has twice
 * read a diagonal: an identity matrix puts the gradient back on it.
 */
const einsum: Rule = (n) => {
  const { inputs, output } = parse(n);
  return inputs.map((letters, i) => () => {
    const shape = n.shape(i);
    const operands = [n.g, ...n.node.input.filter((_, j) => j !== i)];
    const terms = [output, ...inputs.filter((_, j) => j !== i)];
    const fresh = freshLetters([...inputs.flat(), ...output]);
    // A second axis of the same letter gets its own, tied to the first by an identity matrix.
    const spelled = letters.map((letter, axis) => {
      if (!letters.slice(0, axis).includes(letter)) return letter;
      const twin = fresh();
      operands.push(identity(n, at(shape, axis)));
      terms.push([letter, twin]);
      return twin;
    });
    const known = new Set(terms.flat());
    const result = spelled.filter((letter) => known.has(letter));
    const equation = `${terms.map((term) => term.join('')).join(',')}->${result.join('')}`;
    const summed = n.build.op('Einsum', operands, { equation });
    if (result.length === letters.length) return summed;
    const sizes = shape.map((size, axis) => (known.has(at(spelled, axis)) ? size : 1));
    return n.build.op('Expand', [n.build.reshape(summed, sizes), n.build.ints(shape)]);
  });
};

function identity(n: ReverseNode, size: number): string {
  const values = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  return n.build.floats(values, [size, size]);
}

/**
 * The equation with letters for the axes behind '...', and with the output that an equation without '->' implies. An axis
 * of 1 that is longer elsewhere needs no care: ONNX's shape inference does not let it broadcast.
 */
function parse(n: ReverseNode): Equation {
  const equation = n.string('equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  const hiddenAxes = terms.map((term, i) => (term.includes('...') ? n.rank(i) - term.replace('...', '').length : 0));
  const hidden = Array.from({ length: Math.max(...hiddenAxes) }, freshLetters([...equation]));
  const spell = (term: string) => [...term.replace('...', hidden.join(''))];
  const inputs = terms.map(spell);
  if (right !== undefined) return { inputs, output: spell(right) };
  const all = terms.flatMap((term) => [...term.replace('...', '')]);
  const once = all.filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter)).sort();
  return { inputs, output: [...hidden, ...once] };
}

function freshLetters(used: string[]): () => string {
  const taken = new Set(used);
  const free = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'].filter((letter) => !taken.has(letter));
  return () => free.shift() ?? '';
}

export const summation: Record<string, Rule> = { Einsum: einsum };
