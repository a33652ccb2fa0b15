import type { RgbImage, Size } from '../shared/picture/raster.ts';

/** A picture of a run, as the model sees it. */
export interface SeenImage extends RgbImage {
  key: string;
}

/** At hand, or made while others are answered. */
export type Pictures = Iterable<SeenImage> | AsyncIterable<SeenImage>;

/** A classifier that can be asked about pictures. */
export interface Network {
  /** Of the pictures that it takes. */
  readonly size: Size;
  /**
   * The run's images as the model sees them. One that cannot be read any more is left out.
   * @throws StoreError
   */
  see(keys: readonly string[]): Promise<SeenImage[]>;
  /** Logarithms of each picture's scores, `[classes]`, scores below 1e-12 counting as that. A picture is done with before the next is taken. */
  ask(pictures: Pictures): Promise<Float32Array[]>;
  /** Pictures that it was asked about so far. */
  readonly asked: number;
}
