/** The layer that `last` means. */

import { dependents, gradientReach } from '../gradients/sweep.ts';
import { isFloat } from '../onnx/element-type.ts';
import { operatorName } from '../onnx/operator-name.ts';
import { shapeOnly } from '../onnx/shape-only.ts';
import { gradientFreeMethods } from '../options.ts';
import type { PreparedModel, SourceModel } from '../prepare.ts';
import { UserError } from '../user-error.ts';
import { barriers } from './barriers.ts';
import type { SpatialGrid } from './grid.ts';
import { reachesCells } from './grid-gradient.ts';
import { Grids } from './grids.ts';
import { nodeName } from './module-path.ts';
import type { Modules } from './modules.ts';
import { beforeBound, pooledTail } from './pooled-tail.ts';
import { batchedText, pictureViews } from './views.ts';

interface Place {
  tensor: string;
  grid: SpatialGrid;
}

/** As `findLastLayer`. @throws UserError `no-spatial-layer` where there is none */
export function requireLastLayer(prepared: PreparedModel, source: SourceModel, needsGradients: boolean): string {
  const tensor = findLastLayer(prepared, source, needsGradients);
  if (tensor !== undefined) return tensor;
  const { graph, score, sizes } = prepared;
  const barrier = barriers(graph, gradientReach(graph, score.logits)).at(-1);
  const why =
    barrier === undefined
      ? ''
      : ` No gradient passes ${barrier.place}: ${barrier.reason}. The methods ${gradientFreeMethods.join(', ')} need none.`;
  throw new UserError(
    'no-spatial-layer',
    `The model has no layer with a spatial grid that gradients reach, so 'last' means nothing here.${why}${batchedText(pictureViews(graph, sizes))} 'gradline layers' shows what it has.`,
  );
}

/**
 * The last tensor with a grid through which all that the scores know of the image passes, as a stage's or a block's output:
 * what branches off beside a shortcut shows a part only. Where the network's branches meet behind the last grid, simply
 * the last one, of those over the picture as it is where some are over another view of it. Its cells must get gradient unless the methods need none, and the author's graph must have it too.
 */
export function findLastLayer(prepared: PreparedModel, source: SourceModel, needsGradients = true): string | undefined {
  const outside = (tail: ReadonlySet<string>) => findLastOutside(tail, prepared, source, needsGradients);
  const tail = pooledTail(prepared);
  const { of, pixels } = pictureViews(prepared.graph, prepared.sizes);
  const views = new Set([...of.keys(), ...pixels]);
  const whole = of.size === 0 ? undefined : (outside(new Set([...tail, ...views])) ?? outside(views));
  const tensor = whole ?? outside(new Set([...tail, ...pixels])) ?? outside(pixels);
  return tensor === undefined ? undefined : beforeBound(tensor, source.graph);
}

/** @param tail tensors that are no layer's output in this sense */
function findLastOutside(
  tail: ReadonlySet<string>,
  prepared: PreparedModel,
  source: SourceModel,
  needsGradients: boolean,
): string | undefined {
  const { graph, score, sizes } = prepared;
  const reach = gradientReach(graph, score.logits);
  const grids = new Grids(graph, sizes);
  const placeOf = (tensor: string): Place | undefined => {
    const { shape, elementType = 0 } = graph.type(tensor) ?? {};
    // Scores of shape [N, classes, 1] are no row of cells.
    if (shape === undefined || tensor === score.logits || tail.has(tensor) || !isFloat(elementType)) return undefined;
    const isReached = needsGradients ? reach.get(tensor) === null : reach.has(tensor);
    if (!isReached || source.graph.producer(tensor) === undefined) return undefined;
    const grid = grids.of(tensor);
    return grid !== undefined && reachesCells(graph, reach, score.logits, tensor, grid) ? { tensor, grid } : undefined;
  };
  // Four axes out of the image's proportions are rather an attention's heads than a grid.
  const proportionalPlaceOf = (tensor: string): Place | undefined => {
    const place = placeOf(tensor);
    return place !== undefined && grids.isMeant(tensor, place.grid) ? place : undefined;
  };
  const passage = first(passages(prepared, reach), proportionalPlaceOf);
  if (passage?.grid.layout === 'tokens') {
    // Patch tokens cut out of a block's output make the block's map; its name says more than that of the cut.
    const block = first(passages(prepared, reach), (tensor) => {
      const place = moduleOf(tensor, source.modules) === undefined ? undefined : proportionalPlaceOf(tensor);
      return place?.grid.layout === 'tokens' && cells(place.grid) === cells(passage.grid) ? place : undefined;
    });
    const whole = rearrangedFrom(passage.tensor, prepared, source.modules);
    return (block ?? (whole === undefined ? undefined : placeOf(whole)) ?? passage).tensor;
  }
  const made = graph.nodes.toReversed().flatMap((node) => node.output.filter((tensor) => tensor !== ''));
  const last = first(made, proportionalPlaceOf) ?? first(made, placeOf);
  if (passage !== undefined && last !== undefined && cells(passage.grid) === cells(last.grid)) return passage.tensor;
  return last?.tensor;
}

/** What a module returns and functions behind it only turn into a sequence. */
function rearrangedFrom(tensor: string, { graph }: Pick<PreparedModel, 'graph'>, modules: Modules): string | undefined {
  const node = graph.producer(tensor);
  const [input = ''] = node?.input ?? [];
  if (node === undefined || (node.opType !== 'Transpose' && !shapeOnly.has(operatorName(node)))) return undefined;
  return moduleOf(input, modules) === undefined ? rearrangedFrom(input, { graph }, modules) : input;
}

/** The outermost module that a tensor leaves. */
function moduleOf(tensor: string, modules: Modules): string | undefined {
  return modules.paths.find((path) => modules.outputOf(path) === tensor);
}

/** A tensor as a user would write it: the outermost module that it leaves, else its node. */
export function layerName(tensor: string, { graph, modules }: SourceModel): string {
  const path = moduleOf(tensor, modules);
  const producer = graph.producer(tensor);
  return path ?? (producer === undefined ? tensor : nodeName(producer));
}

const cells = (grid: SpatialGrid) => grid.height * grid.width;

function first(tensors: Iterable<string>, placeOf: (tensor: string) => Place | undefined): Place | undefined {
  for (const tensor of tensors) {
    const place = placeOf(tensor);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** Tensors that every path from the image to the scores goes through, the last first. */
export function* passages(
  { graph, score, sizes }: PreparedModel,
  reach: ReadonlyMap<string, unknown>,
): Generator<string> {
  const fromImage = dependents(graph, [sizes.input.name]);
  /** What the nodes behind read of what is made before. */
  const open = new Set([score.logits]);
  for (const node of graph.nodes.toReversed()) {
    if (!node.output.some((output) => open.has(output))) continue;
    const [only, another] = open;
    if (only !== undefined && another === undefined) yield only;
    for (const output of node.output) open.delete(output);
    for (const input of graph.reads(node)) if (fromImage.has(input) && reach.has(input)) open.add(input);
  }
}
