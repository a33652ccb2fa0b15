/** Whether the first normalisation of a network meets numbers like those that it was trained on. */

import type { Graph } from '../onnx/graph.ts';
import type { Answers } from './file-run.ts';
import { rowsOf } from './score-kind.ts';

/** A BatchNormalization that knows what its input was in training. */
export interface KnownNormalisation {
  name: string;
  /** The tensor that it normalises, `[images, channels, ...]`. */
  input: string;
  means: readonly number[];
  variances: readonly number[];
}

/** Fewer channels say little. */
const leastChannels = 3;

/** The first in the file, where the file holds its running statistics. */
export function firstNormalisation(graph: Graph): KnownNormalisation | undefined {
  const node = graph.nodes.find(({ opType }) => opType === 'BatchNormalization');
  const [input = '', , , mean = '', variance = ''] = node?.input ?? [];
  const [means, variances] = [graph.constant(mean), graph.constant(variance)];
  if (node === undefined || means === undefined || variances === undefined) return undefined;
  const isTrained = variances.some((value) => value !== 1) && variances.length >= leastChannels;
  return isTrained ? { name: node.name || (node.output[0] ?? ''), input, means, variances } : undefined;
}

/** How many times the variance of the training pictures is too much, and its inverse too little: 8 times their contrast. */
const foreign = 64;

/** @param images in the answers */
export function normalisationWarnings(
  { name, input, means, variances }: KnownNormalisation,
  answers: Answers,
  images: number,
): string[] {
  const values = answers.get(input);
  if (values === undefined || !values.every(Number.isFinite)) return [];
  const ratios = variances.map((variance, channel) => {
    const mean = means[channel] ?? 0;
    const seen = momentsOf(values, images, variances.length, channel);
    return {
      // From the training's mean, as the network sees it; and from its own, which is what the pictures differ in.
      all: (seen.variance + (seen.mean - mean) ** 2) / Math.max(variance, 1e-12),
      own: seen.variance / Math.max(variance, 1e-12),
    };
  });
  const much = median(ratios.map(({ all }) => all));
  const little = median(ratios.map(({ own }) => own));
  if (much <= foreign && little >= 1 / foreign) return [];
  const many = Math.sqrt(much > foreign ? much : 1 / Math.max(little, 1e-12));
  return [
    `With this preprocessing, pictures reach the model's first normalisation ('${name}') about ${Number(many.toPrecision(2))} times as ${much > foreign ? 'strong' : 'weak'} as those that it was trained on. ` +
      'The preprocessing is probably not the one that the model was made for: see --preprocess, --mean, --std and --range.',
  ];
}

function momentsOf(values: Float32Array, images: number, channels: number, channel: number) {
  const rows = rowsOf(values, images).map((row) => {
    const cells = row.length / channels;
    return row.subarray(channel * cells, (channel + 1) * cells);
  });
  const count = rows.reduce((sum, row) => sum + row.length, 0);
  const sumOf = (of: (value: number) => number) =>
    rows.reduce((sum, row) => row.reduce((own, value) => own + of(value), sum), 0);
  const mean = sumOf((value) => value) / count;
  return { mean, variance: sumOf((value) => (value - mean) ** 2) / count };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
