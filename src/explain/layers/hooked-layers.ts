/** Resolving the layers that a user lists, with their grids. */

import { dependents, differentiableTensors } from '../gradients/sweep.ts';
import type { PreparedModel, SourceModel } from '../prepare.ts';
import { UserError } from '../user-error.ts';
import { findGrid, type Grid } from './grid.ts';
import { resolveLayer } from './resolve.ts';

/** The layer name that means the last layer with a spatial grid. */
export const lastLayer = 'last';

/** The layer name that means the pixels, whatever the model calls its input. */
export const inputLayer = 'input';

export interface ResolvedLayer {
  /** As the user wrote it. */
  layer: string;
  tensor: string;
  shape: number[];
  grid: Grid;
}

/** Tensors of the author's graph by layer; `last` needs the simplified graph and is left to `lastGridTensor`. */
export function resolveTensors(layers: readonly string[], source: SourceModel): Map<string, string> {
  return new Map(
    layers.filter((layer) => layer !== lastLayer).map((layer) => [layer, tensorOf(layer, source)] as const),
  );
}

function tensorOf(layer: string, { model, graph, modules }: SourceModel): string {
  const [input] = model.graph.input;
  return layer === inputLayer && input !== undefined ? input.name : resolveLayer(layer, graph, modules);
}

/**
 * The last tensor with a grid from which a gradient reaches the scores, among those that the author's graph has too.
 * @throws UserError `no-spatial-layer`
 */
export function lastGridTensor(prepared: PreparedModel, source: SourceModel): string {
  const reachable = differentiableTensors(prepared.graph, prepared.score.logits);
  for (const node of prepared.graph.nodes.toReversed()) {
    for (const tensor of node.output) {
      const shape = prepared.graph.type(tensor)?.shape;
      const known = source.graph.producer(tensor) !== undefined && reachable.has(tensor);
      if (known && shape !== undefined && findGrid(shape, prepared.sizes) !== undefined) return tensor;
    }
  }
  throw new UserError(
    'no-spatial-layer',
    "The model has no layer with a spatial grid that gradients reach, so 'last' means nothing here. 'gradline layers' shows what it has.",
  );
}

/** @throws UserError `no-spatial-grid` for layers such as a linear one, `folded-layer` for tensors that did not survive */
export function withGrids(tensors: ReadonlyMap<string, string>, prepared: PreparedModel): ResolvedLayer[] {
  const fromImage = dependents(prepared.graph, [prepared.sizes.input.name]);
  return [...tensors].map(([layer, tensor]) => {
    const shape = prepared.graph.type(tensor)?.shape;
    if (shape === undefined || !fromImage.has(tensor)) {
      throw new UserError(
        'folded-layer',
        `Layer '${layer}' is a constant of the model: it does not depend on the image. 'gradline layers' lists layers that do.`,
      );
    }
    const grid = findGrid(shape, prepared.sizes);
    if (grid === undefined) {
      throw new UserError(
        'no-spatial-grid',
        `Layer '${layer}' has shape [${shape.join(', ')}], which holds no grid of image positions. Choose an earlier layer; 'gradline layers' shows each grid, and 'last' means the last one.`,
      );
    }
    return { layer, tensor, shape, grid };
  });
}
