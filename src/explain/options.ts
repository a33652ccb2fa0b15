/** What `Explainer.open` takes. */

import type { GateForm } from './onnx/builder.ts';

/** Methods that are part of the one run that every batch gets. */
export const graphMethodNames = [
  'cam',
  'grad-cam',
  'grad-cam++',
  'xgrad-cam',
  'hirescam',
  'layercam',
  'elementwise-grad-cam',
  'eigen-cam',
  'eigen-grad-cam',
  'finer-cam',
  'input-gradients',
  'guided-backprop',
  'guided-grad-cam',
  'fullgrad',
] as const;
export type GraphMethodName = (typeof graphMethodNames)[number];

/** Methods that run the model several times for each batch. */
const repeatedMethodNames = ['score-cam', 'ablation-cam', 'reciprocam', 'integrated-gradients', 'smoothgrad'] as const;
export type RepeatedMethodName = (typeof repeatedMethodNames)[number];

export const methodNames = [...graphMethodNames, ...repeatedMethodNames] as const;
/** The map methods; docs/guide/methods.md says what each is for. */
export type MethodName = GraphMethodName | RepeatedMethodName;

/** Methods that look at no gradient, and so work at any layer of any model. */
export const gradientFreeMethods: readonly MethodName[] = ['eigen-cam', 'score-cam', 'ablation-cam', 'reciprocam'];

export const fusions = ['mean', 'max', 'product'] as const;
/** How the maps of several layers become one. */
export type Fusion = (typeof fusions)[number];

export const precisions = ['float32', 'tf32', 'float16'] as const;
/**
 * In which numbers a model is computed. `float32`: products of float32 in float32. `tf32`: in TensorFloat-32, whose factors keep 10 of 23
 * bits. `float16`: activations and gradients in half precision, sums and scores in float32; methods that run the model several times in float32.
 */
export type Precision = (typeof precisions)[number];

export const scoreActivations = ['auto', 'softmax', 'sigmoid', 'none'] as const;
/** How logits become reported scores. `auto`: the model's own probabilities, else Softmax (Sigmoid for a single logit). */
export type ScoreActivation = (typeof scoreActivations)[number];

/** How samples of 0 to 255 become a model's input: `(low + sample / 255 * (high - low) - mean) / std`, in float32. */
export interface PixelScaling {
  /** What 0 and 255 become before mean and std. */
  range: [number, number];
  /**
   * Subtracted and divided by, in the order of `channels`. A model with one channel uses the average of the three; one with other than one or three
   * needs one for each of its bands, or equal ones.
   */
  mean: readonly number[];
  std: readonly number[];
  /** Order of three channels as the model sees them. */
  channels: 'rgb' | 'bgr';
}

/** A number, a truth value, lists of them as deep as there are axes, or values in row-major order with their shape. */
export type InputValue =
  | number
  | boolean
  | readonly InputValue[]
  | { readonly shape: readonly number[]; readonly values: ArrayLike<number> };

/** What one image's inputs beside the picture are given, by name: values in row-major order. */
export type InputRow = Readonly<Record<string, readonly number[]>>;

/** What `Explainer.open` takes: the model, what is hooked in it, and which maps are made for which classes. */
export interface ExplainerOptions {
  /** Path of the ONNX file. */
  model: string;
  /** Layers as their author names them: `layer4`, `layer4[-2]`, `features.18`, a node, a tensor, `input` for the pixels, or `last`. */
  layers: string[];
  /** Default `['grad-cam']`. */
  methods?: MethodName[];
  /** `predicted`, `label`, `class:<index or name>`, `class:<a>-vs-<b>`, `top:<k>`; with `thresholds` also `false-positives`, `false-negatives`. Default `['predicted']`. */
  targets?: string[];
  /**
   * Decide each class by itself, because an image may have several or none: the score from which a class is decided, by index, or one for all. Then `predicted` is
   * every decided class, `label` every true one (`BatchOptions.truth`), and each of the classes that an image's targets name has a map of its own, the one with the highest
   * score first: `predicted#1`, `predicted#2`, ..., at most 16. Targets are joined by `+`: `predicted+label#1`. Logits are scored by their sigmoid.
   */
  thresholds?: number | readonly number[];
  /** Names by class index; needed for `class:<name>`. */
  classNames?: string[];
  /** What classes are called besides, by class index: `n02012849`. */
  classIds?: string[];
  /**
   * Images explained together where the model leaves the batch free; a model with a fixed batch keeps its own. Default 8. With `thresholds`, on a CPU, those
   * with as many true classes go through the session eight at a time.
   */
  batchSize?: number;
  /** Height and width to compile for where the model leaves them free, and for messages, who says so. Default 224 x 224. */
  inputSize?: { height: number; width: number; from?: string };
  /**
   * Take pictures as bytes, `[N, height, width, 3]` in RGB, and scale them inside the graph: a quarter of the memory on the way to a
   * device. A model with one channel reads the first of three equal samples. Where the model has other than one or three channels, pictures are
   * float32 samples, `[N, height, width, channels]`. Default: batches are float32, scaled by the caller.
   */
  pixels?: PixelScaling;
  /** Adds a map of layer `fused` for each method and target, made of the maps of all layers; default: none. */
  fuse?: Fusion;
  /** Name of the model's output that holds the scores, where it has several; default: the one with a score for each class. */
  outputName?: string;
  /**
   * What the model's inputs beside the picture are given, by name, the same with every picture: `{ training: false, meta: [0.1, 0.2] }`. The axis of
   * the images may be left out. Default: whatever the file gives them.
   */
  inputs?: Readonly<Record<string, InputValue>>;
  /**
   * Inputs beside the picture that have other values for each image, with the values of an example in row-major order, with which the model is
   * tried. The values come with each batch (`BatchOptions.inputRows`).
   */
  inputRows?: Readonly<Record<string, readonly number[]>>;
  scoreActivation?: ScoreActivation;
  /**
   * Try the model on a few pictures of Gradline's own when it is opened: is it computed as its file says, are its scores what they seem? What was
   * found is remembered in the user's cache, so that a large model is tried once. Default true.
   */
  probe?: boolean;
  /** Raw tensors to return with each explanation. */
  capture?: ('activations' | 'gradients')[];
  /** Record activation statistics per layer. */
  statistics?: boolean;
  /** ONNX Runtime execution providers in order of preference, each with the device that it is to use. Default `['cpu']`. */
  providers?: (string | { name: string; deviceId?: number })[];
  /**
   * What the model is computed in; one precision in a process. Providers other than `cuda` and `tensorrt` have float32 alone. Default
   * `float32`; `tf32` where the environment has `NVIDIA_TF32_OVERRIDE=1`.
   */
  precision?: Precision;
  /** Threads inside one operator; default: ONNX Runtime's own choice (one a core). */
  threads?: number;
  /**
   * Whether these threads wait busily for their next piece, which is fastest where nothing else wants the cores. Default
   * true; the worker sets it to false, because decoding and drawing go on beside.
   */
  busyWaiting?: boolean;
  /**
   * How gates are written in the sweep; default: as the first provider runs them fastest.
   * @internal for comparing the forms
   */
  gates?: GateForm;
  /**
   * Take float16 on any provider, each operator in float32 between roundings.
   * @internal for testing and measuring float16 without a GPU
   */
  simulated?: boolean;
}

/** What a batch holds. */
export interface BatchOptions {
  /** Number of images in the batch, at most the compiled batch size. */
  count: number;
  /** Class index of each image for the target `label`, -1 for none; `[count]`. */
  labels?: Int32Array;
  /** For an explainer that is opened with `thresholds`: `[count, classCount]`, 1 where a class is true, 0 where it is not, -1 where that is not known. Default: nothing is known. */
  truth?: ArrayLike<number>;
  /** For an explainer that is opened with `inputRows`: what each image's inputs beside the picture are given, by name; `[count]`. */
  inputRows?: readonly InputRow[];
}
