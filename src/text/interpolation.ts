/** Running a model on a mixture of its embeddings and a baseline, which integrated gradients need. */

import type { Builder } from '../explain/onnx/builder.ts';
import { Graph } from '../explain/onnx/graph.ts';
import type { Simplified } from '../explain/onnx/simplify.ts';
import { UserError } from '../explain/user-error.ts';
import type { Baseline } from './options.ts';

/** Name of the graph input that says how much of the embeddings is in the mixture: `[1, 1, 1]` float32, 0 to 1. */
export const shareInput = 'gradline/share';

export interface Mixture {
  prepared: Simplified;
  /** What the model reads in place of the embeddings: `share * embedding + (1 - share) * baseline`, `[N, tokens, values]`. */
  tensor: string;
  /** Embedding less baseline, of the same shape. */
  difference: string;
}

/**
 * Puts the mixture in place of the embeddings, for all that reads them. Changes the model in place.
 * @throws UserError `no-pad-embedding` for the baseline `pad` at a layer that is no table
 */
export function mixEmbeddings(
  build: Builder,
  prepared: Simplified,
  embedding: string,
  { baseline, padId }: { baseline: Baseline; padId: number },
): Mixture {
  const { graph } = prepared.model;
  const producer = graph.node.findIndex((node) => node.output.includes(embedding));
  const start = baseline === 'zero' ? undefined : padEmbedding(build, prepared.graph, embedding, padId);
  const part = build.op('Mul', [embedding, shareInput]);
  const tensor = start === undefined ? part : build.op('Add', [part, rest(build, start)]);
  const difference = start === undefined ? embedding : build.op('Sub', [embedding, start]);
  for (const node of graph.node) node.input = node.input.map((input) => (input === embedding ? tensor : input));
  graph.node.splice(producer + 1, 0, ...build.nodes.splice(0));
  const type = prepared.graph.type(embedding);
  const types = new Map(prepared.graph.types);
  if (type !== undefined) types.set(tensor, type);
  return { prepared: { ...prepared, graph: new Graph(graph, types) }, tensor, difference };
}

function rest(build: Builder, start: string): string {
  return build.op('Mul', [start, build.op('Sub', [build.scalar(1), shareInput])]);
}

/** The padding token's row of the table, `[1, 1, values]`. */
function padEmbedding(build: Builder, graph: Graph, embedding: string, padId: number): string {
  const lookup = graph.producer(embedding);
  const [table] = lookup?.input ?? [];
  if (lookup?.opType !== 'Gather' || table === undefined) {
    throw new UserError(
      'no-pad-embedding',
      "The baseline 'pad' needs the model's own embedding table, and the chosen layer is another. Leave --layer out, or use --baseline zero.",
    );
  }
  return build.op('Gather', [table, build.ints([padId], [1, 1])], { axis: 0 });
}
