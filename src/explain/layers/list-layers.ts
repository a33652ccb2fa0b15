/** The layers of a model, and which of them are worth hooking. */

import { dependents, gradientReach } from '../gradients/sweep.ts';
import { namePrefix } from '../onnx/builder.ts';
import { isFloat } from '../onnx/element-type.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import type { PreparedModel, SourceModel } from '../prepare.ts';
import { foldedPairs } from './folded-norms.ts';
import type { SpatialGrid } from './grid.ts';
import { reachesCells } from './grid-gradient.ts';
import { Grids } from './grids.ts';
import { findLastLayer, passages } from './last-layer.ts';
import { nodeName } from './module-path.ts';
import { pooledTail } from './pooled-tail.ts';

/** A layer that can be hooked, with its grid in cells. */
export interface LayerDescription {
  /** As `--layers` takes it. */
  name: string;
  kind: 'module' | 'node';
  /** Operator that makes the layer's output. */
  operator: string;
  moduleType?: string;
  /** Shape of its output with the batch first. */
  shape: number[];
  grid: { height: number; width: number; channels: number } | null;
  /** Whether gradients of the class score reach it. */
  differentiable: boolean;
  /** Why not; null where they do. */
  reason: string | null;
  /** Whether it is a convolution and the BatchNormalization behind it in one, as the exporter folded them. */
  holdsNorm: boolean;
  /** Modules around it. */
  depth: number;
  suggested: boolean;
}

const mostSuggestions = 4;

export type Candidate = LayerDescription & { tensor: string; isMeant: boolean };

/** What is in the way of each tensor's gradient, as `gradientReach` has it. */
type Reach = ReturnType<typeof gradientReach>;

export function listLayers(source: SourceModel, prepared: PreparedModel, reach: Reach): Candidate[] {
  const { graph, modules } = source;
  const fromImage = dependents(prepared.graph, [prepared.sizes.input.name]);
  const behindScore = dependents(prepared.graph, [prepared.score.logits]);
  const grids = new Grids(prepared.graph, prepared.sizes);
  const listed = new Set<string>();
  const pairs = new Map(foldedPairs(graph, modules).map((pair) => [pair.path, pair]));
  const layers: Candidate[] = [];

  const add = (entry: Pick<Candidate, 'name' | 'kind' | 'depth' | 'tensor'>, node: NodeProto, moduleType?: string) => {
    const type = prepared.graph.type(entry.tensor);
    if (type === undefined || !isFloat(type.elementType) || !fromImage.has(entry.tensor)) return;
    // The scales of a dynamically quantised model.
    if (type.shape.length === 0) return;
    const grid = grids.of(entry.tensor);
    const blocker = reach.get(entry.tensor);
    const isBehind = behindScore.has(entry.tensor);
    const atGrid = grid === undefined || reachesCells(prepared.graph, reach, prepared.score.logits, entry.tensor, grid);
    layers.push({
      ...entry,
      operator: node.opType,
      ...(moduleType === undefined ? {} : { moduleType }),
      shape: type.shape,
      grid: grid === undefined ? null : { height: grid.height, width: grid.width, channels: grid.channels },
      differentiable: blocker === null && atGrid,
      reason: blocker === null && !atGrid ? 'the class score reads only its class token' : reasonFor(blocker, isBehind),
      holdsNorm: entry.kind === 'module' && pairs.get(entry.name)?.tensor === entry.tensor,
      suggested: false,
      isMeant: grid !== undefined && grids.isMeant(entry.tensor, grid),
    });
  };

  for (const node of graph.nodes) {
    const scopes = modules.scopesOf(node);
    scopes.forEach((scope, depth) => {
      const module = modules.get(scope.path);
      const tensor = module && modules.output(module);
      const producer = tensor === undefined ? undefined : graph.producer(tensor);
      if (listed.has(scope.path) || tensor === undefined || producer === undefined) return;
      listed.add(scope.path);
      add({ name: scope.path, kind: 'module', depth, tensor }, producer, scope.type);
    });
    const [tensor = ''] = node.output;
    if (node.name.startsWith(namePrefix)) continue;
    add({ name: nodeName(node), kind: 'node', depth: scopes.length, tensor }, node);
  }
  return layers;
}

function reasonFor(blocker: string | null | undefined, isBehindScore: boolean): string | null {
  if (blocker === null) return null;
  if (isBehindScore) return 'it is made from the class score';
  return blocker === undefined ? 'the class score does not depend on it' : `no gradient passes ${blocker}`;
}

/**
 * For each grid size in the image's proportions the last of its outermost layers: a block as a whole tells more than a part of the
 * next one. For that of `last`, the module that it means. Where no module has a grid only nodes through which all passes: its
 * attention matrices look like grids too.
 */
export function suggest(
  layers: readonly Candidate[],
  source: SourceModel,
  prepared: PreparedModel,
  reach: Reach,
): string[] {
  const last = findLastLayer(prepared, source);
  const tail = pooledTail(prepared);
  const throughAll = new Set(passages(prepared, reach));
  const order = new Map(source.graph.nodes.flatMap((node, i) => node.output.map((tensor) => [tensor, i] as const)));
  const hasModules = layers.some(
    ({ kind, grid, differentiable }) => kind === 'module' && grid !== null && differentiable,
  );
  const bySize = new Map<string, Candidate>();
  const rank = (layer: Candidate) => order.get(layer.tensor) ?? -1;
  const compare = (a: Candidate, b: Candidate) => b.depth - a.depth || rank(a) - rank(b);
  const lastGrid = layers.find((layer) => layer.tensor === last)?.grid ?? null;
  // Coarser than the last layer, and only a part of what the scores know: the levels of a pooling pyramid.
  const isSidePool = ({ grid, tensor }: Candidate) =>
    grid !== null &&
    lastGrid !== null &&
    grid.height * grid.width < lastGrid.height * lastGrid.width &&
    !throughAll.has(tensor);
  for (const layer of layers) {
    if (layer.grid === null || !layer.differentiable || layer.operator === 'Pad') continue;
    if (hasModules ? layer.kind !== 'module' : !throughAll.has(layer.tensor)) continue;
    if (!layer.isMeant || isSidePool(layer) || (tail.has(layer.tensor) && layer.tensor !== last)) continue;
    const size = sizeOf(layer.grid);
    const best = bySize.get(size);
    if (best === undefined || compare(layer, best) > 0) bySize.set(size, layer);
  }
  const lastOne = layers.find((layer) => layer.tensor === last && (layer.kind === 'module' || !hasModules));
  if (lastOne?.grid) bySize.set(sizeOf(lastOne.grid), lastOne);
  const inOrder = [...bySize.values()].sort((a, b) => rank(a) - rank(b));
  return inOrder.map((layer) => layer.name).slice(-mostSuggestions);
}

const sizeOf = ({ height, width }: { height: number; width: number }) => `${height}x${width}`;

/** The suggestion before a layer, on a larger grid; undefined where there is none. */
export function layerBefore(grid: SpatialGrid, source: SourceModel, prepared: PreparedModel): string | undefined {
  const reach = gradientReach(prepared.graph, prepared.score.logits);
  const layers = listLayers(source, prepared, reach);
  const cells = grid.height * grid.width;
  return suggest(layers, source, prepared, reach).findLast((name) => {
    const own = layers.find((layer) => layer.name === name)?.grid;
    return own != null && own.height * own.width > cells;
  });
}
