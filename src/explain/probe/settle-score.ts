/** What an output without a known activation is, from its numbers. */

import { at } from '../at.ts';
import type { ClassScore } from '../class-score.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Answers } from './file-run.ts';
import { distance, rowsOf, scoreKind, sigmoid, softmax } from './score-kind.ts';
import type { Verdict } from './verdict.ts';

/** How far an activation in double precision may be from the file's own. */
const near = 1e-4;

/** Tensors that are looked at for logits, back from the output. */
const mostCandidates = 24;

/** Tensors in front of the output with as many values, nearest first. */
export function possibleLogits(graph: Graph, output: string): string[] {
  const size = (tensor: string) => graph.type(tensor)?.shape.reduce((a, b) => a * b, 1);
  const wanted = size(output);
  const seen = new Set([output]);
  for (const tensor of seen) {
    if (seen.size > mostCandidates) break;
    const node = graph.producer(tensor);
    for (const input of node?.input ?? []) if (graph.producer(input) !== undefined) seen.add(input);
  }
  seen.delete(output);
  return [...seen].filter((tensor) => size(tensor) === wanted);
}

/** What an output without a known activation is. `answers` are those that the candidates are in; `all` the rows that were seen. */
export function settleScore(
  { output, activation, width }: ClassScore,
  candidates: readonly string[],
  answers: Answers,
  all: readonly Float32Array[],
  images: number,
): Pick<Verdict, 'score' | 'warnings'> {
  const rows = rowsOf(answers.get(output) ?? new Float32Array(), images);
  const kind = activation === undefined ? scoreKind(all) : 'logits';
  const options =
    '--score-activation softmax, sigmoid or none says that the output is to be explained as it is, and how it becomes scores';
  const search = (make: (row: Float32Array) => Float32Array, made = rows) =>
    candidates.findLast((tensor) => {
      // Integers of a quantised model have as many values, and are no logits.
      const values = answers.get(tensor);
      if (values === undefined) return false;
      return rowsOf(values, images).every((row, i) => distance(make(row), at(made, i)) < near);
    });
  if (kind === 'probabilities' || kind === 'log-probabilities') {
    const made = kind === 'probabilities' ? rows : rows.map((row) => row.map(Math.exp));
    const tensor = search(softmax, made);
    if (tensor !== undefined && kind === 'probabilities')
      return { score: { tensor, activation: 'softmax' }, warnings: [] };
    if (kind === 'log-probabilities') return { score: null, warnings: [] };
    return {
      score: 'logarithm',
      warnings: [
        `The model's output '${output}' holds probabilities, and no logits were found behind it (several networks' answers may be averaged in it): maps explain their logarithm. ${options}.`,
      ],
    };
  }
  if (kind === 'shares') {
    const tensor = search(sigmoid);
    if (tensor !== undefined) return { score: { tensor, activation: 'sigmoid' }, warnings: [] };
    return {
      score: null,
      warnings: [
        `All values of the model's output '${output}' lie between 0 and 1, but no softmax or sigmoid was found that made them: they are taken as logits, and scored by their ${width === 1 ? 'sigmoid' : 'softmax'}. ${options}.`,
      ],
    };
  }
  if (kind === 'costs') {
    return {
      score: null,
      warnings: [
        `The model's output '${output}' holds negative logarithms of probabilities, so its lowest value is the best, and Gradline takes the highest: answers and maps are of the least likely class. ` +
          'Export the model without the change of sign, or name an output of logits with --output-name.',
      ],
    };
  }
  if (kind === 'embedding') {
    return {
      score: null,
      warnings: [
        `The rows of the model's output '${output}' have length 1, as an embedding has, which is no list of class scores: its ${width} values are explained as classes. ` +
          'Export the model with its classifier, or with the similarities to each class as output.',
      ],
    };
  }
  return { score: null, warnings: [] };
}
