/** Finding the layer at which relevance is taken: where token ids become vectors. */

import { dependents } from '../explain/gradients/sweep.ts';
import type { Modules } from '../explain/layers/modules.ts';
import { resolveLayer } from '../explain/layers/resolve.ts';
import { didYouMean } from '../explain/nearest-names.ts';
import { isFloat } from '../explain/onnx/element-type.ts';
import type { Graph } from '../explain/onnx/graph.ts';
import type { SourceModel } from '../explain/prepare.ts';
import { UserError } from '../explain/user-error.ts';
import type { TokenInputs } from './token-inputs.ts';

/** Operators behind which ids are still ids. */
const idKeeping = new Set(['Cast', 'Clip', 'Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);

/**
 * The tensor of a named layer, or of the one table that the token ids look up.
 * @throws UserError `no-embedding`, `several-embeddings`, `unknown-layer`
 */
export function findEmbedding({ model, graph, modules }: SourceModel, { ids }: TokenInputs, layer?: string): string {
  if (layer !== undefined) return namedLayer(layer, graph, modules);
  const tables = lookups(
    graph,
    ids,
    dependents(
      graph,
      model.graph.input.map((input) => input.name),
    ),
  );
  const [only, ...others] = tables;
  if (only === undefined) {
    throw new UserError(
      'no-embedding',
      `The model does not look up its input '${ids}' in a table (a Gather), so there is no embedding to take relevance at. Files that ONNX Runtime has optimised fuse it: give the file from before, or name a layer of shape [batch, tokens, values] with --layer.`,
    );
  }
  if (others.length > 0) {
    const names = tables.map((table) => `'${graph.producer(table)?.name || table}'`);
    throw new UserError(
      'several-embeddings',
      `The model looks up its input '${ids}' in ${tables.length} tables: ${names.join(', ')}. Name one with --layer.`,
    );
  }
  return only;
}

function namedLayer(layer: string, graph: Graph, modules: Modules): string {
  try {
    return resolveLayer(layer, graph, modules);
  } catch (cause) {
    const unknown = cause instanceof UserError && cause.code === 'unknown-layer';
    if (!unknown || modules.paths.length === 0) throw cause;
    // The general message points to `gradline layers`, which is about images.
    throw new UserError(
      'unknown-layer',
      `Layer '${layer}' is not in the model.${didYouMean(layer, modules.paths)} It has ${modules.paths.slice(0, mostListed).join(', ')}${modules.paths.length > mostListed ? ', ...' : ''}. Leave --layer out for the embedding table.`,
      { cause },
    );
  }
}

const mostListed = 12;

/** Results of the Gathers that are indexed by the ids, from tables that no input has a part in. */
function lookups(graph: Graph, ids: string, computed: ReadonlySet<string>): string[] {
  const same = new Set([ids]);
  const found: string[] = [];
  for (const node of graph.nodes) {
    const [first = '', second = ''] = node.input;
    const [output = ''] = node.output;
    if (idKeeping.has(node.opType) && same.has(first)) same.add(output);
    if (node.opType === 'Gather' && same.has(second) && !computed.has(first))
      found.push(asFloats(graph, first, output));
  }
  return found;
}

/** A quantised table is looked up first and made into floats behind. */
function asFloats(graph: Graph, table: string, output: string): string {
  const type = graph.type(table);
  const [reader, ...others] = graph.consumers(output);
  const behind = type !== undefined && !isFloat(type.elementType) && others.length === 0 ? reader : undefined;
  return (behind?.opType === 'DequantizeLinear' ? behind.output[0] : undefined) ?? output;
}
