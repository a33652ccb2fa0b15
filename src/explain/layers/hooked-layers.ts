/** Resolving the layers that a user lists, with their grids. */

import { dependents, gradientReach } from '../gradients/sweep.ts';
import { isFloat } from '../onnx/element-type.ts';
import type { Graph } from '../onnx/graph.ts';
import type { PreparedModel, SourceModel } from '../prepare.ts';
import { UserError } from '../user-error.ts';
import type { SpatialGrid } from './grid.ts';
import { reachesCells } from './grid-gradient.ts';
import { Grids } from './grids.ts';
import { findLastLayer, layerName } from './last-layer.ts';
import { layerBefore } from './list-layers.ts';
import { foldedPairNamed, resolveLayer } from './resolve.ts';
import { batchedText, pictureViews } from './views.ts';

/** The layer name that means the last layer with a spatial grid. */
export const lastLayer = 'last';

/** The layer name that means the pixels, whatever the model calls its input. */
export const inputLayer = 'input';

export interface ResolvedLayer {
  /** As the user wrote it. */
  layer: string;
  /** See `HookedLayer`. */
  resolvedLayer?: string;
  holdsNorm?: true;
  tensor: string;
  shape: number[];
  grid: SpatialGrid;
  /** Set where the score reads only the layer's class token: the last layer before with gradient at its grid. */
  workingLayer?: string;
  /** See `HookedLayer`. */
  earlierLayer?: string;
}

/** Tensors of the author's graph by layer; `last` needs the simplified graph and is left to `findLastLayer`. */
export function resolveTensors(layers: readonly string[], source: SourceModel): Map<string, string> {
  return new Map(
    layers.filter((layer) => layer !== lastLayer).map((layer) => [layer, tensorOf(layer, source)] as const),
  );
}

function tensorOf(layer: string, { model, graph, modules }: SourceModel): string {
  const [input] = model.graph.input;
  return layer === inputLayer && input !== undefined
    ? input.name
    : floatsOf(resolveLayer(layer, graph, modules), graph);
}

/** The floats that a tensor of integers stands for, where it was named itself. */
function floatsOf(tensor: string, graph: Graph): string {
  if (graph.producer(tensor)?.opType !== 'QuantizeLinear') return tensor;
  const dequantizer = graph.consumers(tensor).find(({ opType }) => opType === 'DequantizeLinear');
  return dequantizer?.output[0] ?? tensor;
}

/** @throws UserError `no-spatial-grid` for layers such as a linear one, `integer-layer`, `folded-layer` for tensors that did not survive */
export function withGrids(
  tensors: ReadonlyMap<string, string>,
  prepared: PreparedModel,
  source: SourceModel,
): ResolvedLayer[] {
  const { graph, score } = prepared;
  const fromImage = dependents(graph, [prepared.sizes.input.name]);
  const reach = gradientReach(graph, score.logits);
  const grids = new Grids(graph, prepared.sizes);
  return [...tensors].map(([layer, tensor]) => {
    const shape = graph.type(tensor)?.shape;
    if (shape === undefined || !fromImage.has(tensor)) {
      throw new UserError(
        'folded-layer',
        `Layer '${layer}' is a constant of the model: it does not depend on the image. 'gradline layers' lists layers that do.`,
      );
    }
    if (!isFloat(graph.type(tensor)?.elementType ?? 0)) {
      throw new UserError(
        'integer-layer',
        `Layer '${layer}' holds whole numbers, and a map is made of floats. Choose the layer before; 'gradline layers --all' lists those of floats.`,
      );
    }
    const grid = grids.of(tensor);
    if (grid === undefined) {
      throw new UserError(
        'no-spatial-grid',
        `Layer '${layer}' has shape [${shape.join(', ')}], which holds no grid of image positions.${batchedText(pictureViews(graph, prepared.sizes))} Choose an earlier layer; 'gradline layers' shows each grid, and 'last' means the last one.`,
      );
    }
    const works = reach.get(tensor) !== null || reachesCells(graph, reach, score.logits, tensor, grid);
    const named =
      layer === lastLayer ? { resolvedLayer: layerName(tensor, source) } : pairFields(layer, tensor, source);
    const earlier = tensors.size > 1 || layer === inputLayer ? undefined : layerBefore(grid, source, prepared);
    const before = earlier === undefined ? {} : { earlierLayer: earlier };
    const found = { layer, ...named, tensor, shape, grid, ...before };
    const working = works ? undefined : findLastLayer(prepared, source);
    return working === undefined ? found : { ...found, workingLayer: layerName(working, source) };
  });
}

/** What is to be said of a layer that is a convolution and its norm in one. */
function pairFields(
  layer: string,
  tensor: string,
  { graph, modules }: SourceModel,
): Pick<ResolvedLayer, 'resolvedLayer' | 'holdsNorm'> {
  const pair = foldedPairNamed(layer, graph, modules);
  if (pair === undefined || pair.tensor !== tensor) return {};
  return { holdsNorm: true, ...(modules.get(layer) === undefined ? { resolvedLayer: pair.path } : {}) };
}
