/** What a method may ask of the model besides the one run that every batch gets. */

import { at } from '../../at.ts';
import type { ModelInput } from '../../explanation.ts';
import type { SpatialGrid } from '../../layers/grid.ts';

/** A batch, one target of it, and the model to ask. Arrays hold `count` images. */
export interface Probe {
  input: ModelInput;
  count: number;
  /** Preprocessed images in the model's layout. */
  pixels: Float32Array;
  /** Gradient of each image's score for the target at these pixels, of their layout. One run, or two against another class. */
  gradients(pixels: Float32Array): Promise<Float32Array>;
  /** Each image's score for the target, before the final activation, `[count]`. One run. */
  scores(pixels: Float32Array): Promise<Float32Array>;
}

/** A layer of the batch, for methods of layers. */
export interface LayerProbe extends Probe {
  grid: SpatialGrid;
  /** `[count, channels, height * width]` */
  activations: Float32Array;
  /** As `scores` of the batch's own pixels, with each value of the layer times what `share` says of it. One run from the layer on. */
  scoresKeeping(share: Share): Promise<Float32Array>;
}

/** How much of a layer's value is kept; `cell` counts row by row, and is -1 for tokens outside the grid. */
export type Share = (channel: number, cell: number) => number;

/** A batch's maps on the grid of the layer or of the pixels. */
export interface RepeatedMaps {
  /** `[count, height, width]`, signed. */
  values: Float32Array;
  /** `[count]`: largest magnitude of what the method draws on. */
  peak: Float32Array;
}

/** A method that runs the model several times for each batch: on changed pixels, or with a changed layer. */
export type RepeatedMethod =
  | { at: 'input'; explain(probe: Probe): Promise<RepeatedMaps> }
  | {
      at: 'layers';
      /** Whether it asks for scores with part of the layer kept. */
      cuts: boolean;
      explain(probe: LayerProbe): Promise<RepeatedMaps>;
    };

/** Where a channel of a pixel lies in one image's values. */
export function pixelIndex({ layout, channels, height, width }: ModelInput, channel: number, pixel: number): number {
  return layout === 'NCHW' ? channel * height * width + pixel : pixel * channels + channel;
}

/** One value a pixel from the values of its channels: `[count, height, width]`. */
export function overChannels(
  { input, count }: Probe,
  values: Float32Array,
  combine: (total: number, value: number) => number,
): Float32Array {
  const pixels = input.height * input.width;
  const size = pixels * input.channels;
  const map = new Float32Array(count * pixels);
  for (let image = 0; image < count; image++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      let total = 0;
      for (let channel = 0; channel < input.channels; channel++) {
        total = combine(total, values[image * size + pixelIndex(input, channel, pixel)] ?? 0);
      }
      map[image * pixels + pixel] = total;
    }
  }
  return map;
}

/** Largest magnitude of each image's values, `[count]`. */
export function peaks(values: Float32Array, count: number): Float32Array {
  const size = values.length / count;
  return Float32Array.from({ length: count }, (_, image) =>
    values.subarray(image * size, (image + 1) * size).reduce((top, value) => Math.max(top, Math.abs(value)), 0),
  );
}

/** The sum of the activations' channels, each times one weight of `[count, channels]`: `[count, cells]`. */
export function weightedMap({ activations, grid, count }: LayerProbe, weights: Float32Array): Float32Array {
  const cells = grid.height * grid.width;
  const map = new Float32Array(count * cells);
  for (let image = 0; image < count; image++) {
    for (let channel = 0; channel < grid.channels; channel++) {
      const row = image * grid.channels + channel;
      const weight = at(weights, row);
      for (let cell = 0; cell < cells; cell++) {
        map[image * cells + cell] = (map[image * cells + cell] ?? 0) + weight * (activations[row * cells + cell] ?? 0);
      }
    }
  }
  return map;
}
