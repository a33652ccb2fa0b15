/** Maps as pictures, inside the graph: enlarged, and drawn over what the model saw. */

import type { Builder } from '../onnx/builder.ts';
import { ElementType } from '../onnx/element-type.ts';
import { type GridSize, sampleAt } from '../resize.ts';

/** How a map is coloured and mixed in. */
export interface OverlayLook {
  /** Red, green and blue of 256 steps from nothing to the map's maximum, `[256 * 3]`. */
  colours: Uint8Array;
  /** Of the map, 0 to 1. */
  opacity: number;
}

/**
 * Enlarges maps `[N, height, width]`, bilinearly with half-pixel centres as overlays are: as products with two constant matrices, of which
 * every runtime gives the same. Its Resize is where runtimes differ.
 */
export function appendEnlarged(build: Builder, map: string, from: GridSize, to: GridSize): string {
  const rows =
    from.height === to.height
      ? map
      : build.op('MatMul', [build.floats(weights(from.height, to.height), [to.height, from.height]), map]);
  if (from.width === to.width) return rows;
  const across = build.floats(weights(from.width, to.width), [to.width, from.width]);
  return build.op('MatMul', [rows, build.transpose(across, [1, 0])]);
}

/** What each of `to` places takes of `from` cells, `[to, from]`. */
function weights(from: number, to: number): number[] {
  const matrix = new Array<number>(to * from).fill(0);
  for (let i = 0; i < to; i++) {
    const { low, high, share } = sampleAt(i + 0.5, to, from);
    matrix[i * from + low] = 1 - share;
    matrix[i * from + high] = high === low ? 1 : share;
  }
  return matrix;
}

const colourCount = 256;
const largestFloat = 3.4028234663852886e38;
/** The smallest normal float32, which keeps the division defined. */
const smallest = 1.1754943508222875e-38;

/**
 * Draws maps `[N, height, width]` over pictures `[N, H, W, 3]` of 8 bits, as overlays of a run are: clipped below zero, divided by their maximum,
 * enlarged, coloured and mixed in, in whole numbers.
 * @returns uint8 `[N, H, W, 3]`
 */
export function appendOverlay(
  build: Builder,
  map: string,
  from: GridSize,
  pictures: string,
  to: GridSize,
  { colours, opacity }: OverlayLook,
): string {
  const isDrawn = build.op('And', [
    build.op('Greater', [map, build.scalar(0)]),
    build.op('LessOrEqual', [map, build.scalar(largestFloat)]),
  ]);
  const positive = build.op('Where', [isDrawn, map, build.scalar(0)]);
  const top = build.op('Max', [build.reduce('ReduceMax', positive, [1, 2], true), build.scalar(smallest)]);
  const scaled = build.op('Mul', [build.op('Div', [positive, top]), build.scalar(colourCount)]);
  const last = build.scalar(colourCount - 1);
  const enlarged = appendEnlarged(build, build.op('Min', [scaled, last]), from, to);
  const step = build.op('Cast', [build.op('Min', [enlarged, last])], { to: ElementType.int32 });
  // In 256ths of a level, with the half that rounds the sum.
  const ofMap = Array.from(colours, (level) => Math.round(opacity * level * 256) + 128);
  const ofPhoto = Array.from({ length: 256 }, (_, sample) => Math.round((1 - opacity) * sample * 256));
  const colour = build.op('Gather', [build.int32s(ofMap, [colourCount, 3]), step], { axis: 0 });
  const level = build.op('Cast', [pictures], { to: ElementType.int32 });
  const photo = build.op('Gather', [build.int32s(ofPhoto, [256]), level], { axis: 0 });
  const sum = build.op('Div', [build.op('Add', [photo, colour]), build.int32s([256], [])]);
  return build.op('Cast', [sum], { to: ElementType.uint8 });
}
