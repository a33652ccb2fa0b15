/** From a layer's name, as a person writes it, to a tensor of the model file. */

import { didYouMean } from '../nearest-names.ts';
import type { Graph } from '../onnx/graph.ts';
import { UserError } from '../user-error.ts';
import { type FoldedPair, foldedPairs, pairOf } from './folded-norms.ts';
import { nodeName } from './module-path.ts';
import type { Modules } from './modules.ts';

/**
 * Tries, in this order: module path (with indices, `layer4[-2]`), node name, tensor name, the name of a convolution or norm that an exporter
 * folded into one layer of another name, then the end of a module path or node name if only one fits. `last` is not handled here.
 * @throws UserError `unknown-layer` with the nearest existing names
 */
export function resolveLayer(name: string, graph: Graph, modules: Modules): string {
  const path = expandIndices(name, modules);
  const module = path === undefined ? undefined : modules.get(path);
  const tensor = module && modules.output(module);
  if (tensor !== undefined) return tensor;
  const node = graph.nodes.find((n) => n.name !== '' && n.name === name);
  const named = node?.output[0] ?? tensorNamed(graph, name);
  if (named !== undefined) return named;
  const pair = pairOf(path ?? name, foldedPairs(graph, modules));
  if (pair !== undefined) return pair.tensor;
  const ending = placesEndingIn(name, graph, modules);
  const [only, ...others] = new Set(ending.values());
  if (only !== undefined && others.length === 0) return only;
  throw unknownLayer(name, graph, modules, [...ending.keys()]);
}

/** The convolution and norm in one that a layer is; undefined for a layer that is something else, or more than that. */
export function foldedPairNamed(name: string, graph: Graph, modules: Modules): FoldedPair | undefined {
  const path = expandIndices(name, modules) ?? name;
  const pairs = foldedPairs(graph, modules);
  const own = pairs.find((pair) => pair.path === path);
  return own ?? (modules.get(path) === undefined ? pairOf(path, pairs) : undefined);
}

/** `0[-2].conv1` to `0.6.conv1`; undefined where an index leads nowhere. */
function expandIndices(name: string, modules: Modules): string | undefined {
  let path = '';
  for (const part of name.matchAll(/\[(-?\d+)\]|([^[\]]+)/g)) {
    const [, index, text = ''] = part;
    if (index === undefined) path += path === '' ? text.replace(/^\./, '') : text;
    else {
      const child = modules.child(path, Number(index));
      if (child === undefined) return undefined;
      path = child;
    }
  }
  return path;
}

function tensorNamed(graph: Graph, name: string): string | undefined {
  const known = graph.producer(name) !== undefined || graph.proto.input.some((input) => input.name === name);
  return known ? name : undefined;
}

/** Tensors by the module path or node name that ends in `name`. */
function placesEndingIn(name: string, graph: Graph, modules: Modules): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of modules.paths) {
    const module = modules.get(path);
    const tensor = path.endsWith(`.${name}`) && module !== undefined ? modules.output(module) : undefined;
    if (tensor !== undefined) found.set(path, tensor);
  }
  if (found.size > 0) return found;
  for (const node of graph.nodes) {
    const [output] = node.output;
    if (output !== undefined && node.name.endsWith(`/${name}`)) found.set(node.name, output);
  }
  return found;
}

const mostListed = 12;

function unknownLayer(name: string, graph: Graph, modules: Modules, several: string[]): UserError {
  if (several.length > 1) {
    const list = several.slice(0, 5).map((s) => `'${s}'`);
    return new UserError(
      'unknown-layer',
      `Layer '${name}' fits ${several.length} places: ${list.join(', ')}. Write more of its path.`,
    );
  }
  const places = modules.paths.length > 0 ? modules.paths : graph.nodes.map(nodeName);
  return new UserError(
    'unknown-layer',
    `Layer '${name}' is not in the model; exporters fold away layers such as BatchNorm and Dropout.${didYouMean(name, places)} ${placesIn(places)}`,
  );
}

/** The names themselves where they are few. */
function placesIn(places: readonly string[]): string {
  if (places.length > mostListed) return `'gradline layers' lists all ${places.length}.`;
  return `The model has ${places.join(', ')}.`;
}
