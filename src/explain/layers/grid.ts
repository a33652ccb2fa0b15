/** Which axes of an activation are rows, columns and channels. */

import type { ModelInput } from '../explanation.ts';
import type { Builder } from '../onnx/builder.ts';
import type { FixedSizes } from '../onnx/sizes.ts';

export interface SpatialGrid {
  layout: 'NCHW' | 'NHWC' | 'tokens';
  height: number;
  width: number;
  channels: number;
  /** Tokens before the grid's: class, distillation and register tokens. */
  prefix: number;
}

/** Class, distillation and register tokens: no published classifier has more. */
export const mostPrefixTokens = 8;

/**
 * Finds the grid of an activation; undefined where there is none, where it has a single cell, or where the first axis
 * does not count the images (windows of attention, say). A grid has the proportions of the image, which tells NCHW from
 * NHWC and finds the patches among tokens.
 */
export function findGrid(shape: readonly number[], { batchSize, input }: FixedSizes): SpatialGrid | undefined {
  const [n, a, b, c] = shape;
  if (n !== batchSize || a === undefined || b === undefined || shape.some((size) => size < 1)) return undefined;
  if (shape.length === 3) return tokenGrid(a, b, input);
  if (shape.length !== 4 || c === undefined) return undefined;
  const last = { layout: 'NHWC', height: a, width: b, channels: c, prefix: 0 } as const;
  const first = { layout: 'NCHW', height: b, width: c, channels: a, prefix: 0 } as const;
  const grid = proportional(a, b, input) && !proportional(b, c, input) ? last : first;
  return grid.height * grid.width > 1 ? grid : undefined;
}

/** Whether a grid has the proportions of the image. */
export function inProportion({ height, width }: Pick<SpatialGrid, 'height' | 'width'>, input: ModelInput): boolean {
  return proportional(height, width, input);
}

/** Whether rows and columns shrink the image alike, to within the rounding of strided layers. */
function proportional(height: number, width: number, input: ModelInput): boolean {
  return Math.abs(height * input.width - width * input.height) < Math.max(input.height, input.width);
}

function tokenGrid(tokens: number, channels: number, input: ModelInput): SpatialGrid | undefined {
  for (let prefix = 0; prefix <= mostPrefixTokens; prefix++) {
    const cells = tokens - prefix;
    const height = Math.round(Math.sqrt((cells * input.height) / input.width));
    const width = cells / height;
    // Patches tile the image: the sides divide it.
    const tiles = Number.isInteger(width) && input.height % height === 0 && input.width % width === 0;
    if (cells > 1 && height > 0 && tiles && proportional(height, width, input)) {
      return { layout: 'tokens', height, width, channels, prefix };
    }
  }
  return undefined;
}

/** Brings an activation or its gradient to `[n, channels, height * width]`. */
export function toChannelsByCells(build: Builder, tensor: string, n: number, grid: SpatialGrid): string {
  const cells = grid.height * grid.width;
  if (grid.layout === 'NCHW') return build.reshape(tensor, [n, grid.channels, cells]);
  let cellsByChannels = tensor;
  if (grid.layout === 'NHWC') cellsByChannels = build.reshape(tensor, [n, cells, grid.channels]);
  else if (grid.prefix > 0) cellsByChannels = build.slice(tensor, [grid.prefix], [grid.prefix + cells], [1]);
  return build.transpose(cellsByChannels, [0, 2, 1]);
}
