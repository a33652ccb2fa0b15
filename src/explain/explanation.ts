/** What an explainer gives back for one batch, and how each array is laid out. */

/** How a model wants its images: rank 4, channels first or last. */
export interface ModelInput {
  name: string;
  layout: 'NCHW' | 'NHWC';
  channels: number;
  height: number;
  width: number;
}

/** A hooked layer as the compiled session holds it. */
export interface HookedLayer {
  /** The layer as the user wrote it. */
  layer: string;
  /**
   * Its name as `gradline layers` lists it, set where `layer` is not in the file by its own: `last`, a path with indices to a folded layer, or one of a convolution
   * and a BatchNormalization that the exporter folded into one.
   */
  resolvedLayer?: string;
  /** Set for a convolution and the BatchNormalization behind it in one. */
  holdsNorm?: true;
  /** The tensor that it resolved to in the model file. */
  tensor: string;
  /** Full shape of that tensor with the compiled batch size first. */
  shape: number[];
  /** Rows and columns of the maps; `channels` is the length of an evidence vector. */
  grid: { height: number; width: number; channels: number };
  /**
   * Set where the class score reads only the layer's class token, as behind a transformer's last attention, so that maps by
   * gradients are zero: the last layer before it with gradient at its grid.
   */
  workingLayer?: string;
  /** Set where no other layer is hooked: what `gradline layers` suggests before it, on a larger grid. */
  earlierLayer?: string;
}

/** Which maps they are, and their sizes. */
export interface MapShape {
  /** The layer as the user wrote it; `input` for methods over the pixels, `fused` for a fusion of all layers. */
  layer: string;
  method: string;
  /** The target as the user wrote it; `top:3` gives three entries, `top:3#1` to `top:3#3`. */
  target: string;
  height: number;
  width: number;
  /** Length of an evidence vector; 0 where there is none. */
  channels: number;
  /** See `HookedLayer`. */
  resolvedLayer?: string;
  /** See `HookedLayer`. */
  workingLayer?: string;
}

/** Maps of one layer, method and target for a whole batch. `n` below is the number of images given, not the compiled batch. */
export interface LayerMaps extends MapShape {
  /** Explained class of each image, `[n]`. -1 where the image has no such target (a missing label): its map is all zeros. */
  classes: Int32Array;
  /** Raw signed maps, `[n, height, width]`, not clipped and not scaled. */
  values: Float32Array;
  /** Mean of the activations weighted by the positive part of the map, `[n, channels]`; zeros where no cell is positive. */
  evidence: Float32Array;
  /**
   * Largest absolute gradient at the layer, `[n]`: 0 means that no gradient reaches it. For `cam` the largest absolute
   * weight of the class in the last linear layer; for `eigen-cam` the largest absolute activation.
   */
  gradientPeak: Float32Array;
}

/** Raw tensors of a hooked layer, asked for with `capture` (the `Hook.stored` of the book). */
export interface CapturedTensor {
  layer: string;
  kind: 'activations' | 'gradients';
  /** Which target the gradients belong to; null for activations. */
  target: string | null;
  /** Shape with `n` first. */
  shape: number[];
  values: Float32Array;
}

/** What fastai's ActivationStats records, per image, `[n]` each. */
export interface ActivationStatistics {
  layer: string;
  mean: Float32Array;
  /** Population standard deviation over all values of the image's activation. */
  standardDeviation: Float32Array;
  /** Share of values with magnitude below `nearZero` (0.05, as in fastai's default histogram bin). */
  nearZero: Float32Array;
}

/** What `Explainer.explain` says of one batch of images. */
export interface Explanation {
  /** Number of images given. */
  count: number;
  /** Number of classes: 2 for a single-logit binary head. */
  classCount: number;
  /** Class scores before the final Softmax or Sigmoid, `[n, classCount]`. A single logit z is given as `[-z, z]`. */
  logits: Float32Array;
  /** Reported scores after the model's (or the default) activation, `[n, classCount]`. */
  scores: Float32Array;
  maps: LayerMaps[];
  captured: CapturedTensor[];
  statistics: ActivationStatistics[];
}
