/** Everything that decides what a run computes and writes. Flags, gradline.yaml and `run.json` use the same names. */

import type { Fusion, MethodName, ScoreActivation } from '../../explain/options.ts';

export type PreprocessPreset = 'imagenet' | 'fastai' | 'caffe' | 'tf' | 'none';
export type Fit = 'crop' | 'squish' | 'pad' | 'none';
export type Colormap = 'magma' | 'viridis' | 'inferno' | 'jet' | 'turbo';

/** How pixels become the model's input. Fields left out come from the preset. */
export interface PreprocessSettings {
  preset: PreprocessPreset;
  /** Side of the square, or height and width, that the model sees; default: what the model asks for, else 224. */
  size?: { height: number; width: number };
  fit?: Fit;
  /** Shorter side before the centre crop (`imagenet`, `caffe`: 256 for a size of 224). */
  resize?: number;
  mean?: [number, number, number];
  std?: [number, number, number];
  /** Pixel values before mean and std: 0..1, 0..255 or -1..1. */
  range?: [number, number];
  channels?: 'rgb' | 'bgr';
}

export interface OverlaySettings {
  write: 'all' | 'errors' | 'none';
  colormap: Colormap;
  /** Opacity of the map, 0 to 1. */
  alpha: number;
  /** `image`: each map fills the scale by itself (0 to its maximum). A number: that value is the top of the scale in every picture. */
  scale: 'image' | number;
  /** Draw on what the model saw, or on the whole original at the right place. */
  on: 'seen' | 'original';
  format: 'jpg' | 'png' | 'webp';
}

export interface RegionSettings {
  /** Path or s3:// address of the JSON file. */
  file: string;
  /** `name`: a category is the class of that name. `index`: its id is the class's index; `index-from-1`: one more than that. */
  categories: 'name' | 'index' | 'index-from-1';
}

/** Which images of the input are explained. */
export interface SelectionSettings {
  /** Globs over keys; an image needs to match one of them. Empty: every image does. */
  include: string[];
  /** Globs over keys; an image that matches one is left out, whatever `include` says. */
  exclude: string[];
  /** Endings of file names with their dot, in lower case; null: those of images in a folder or bucket, any in a list. */
  suffixes: string[] | null;
  /** How many images to draw at random; null: all. */
  sample: number | null;
  /** Decides which images are drawn. */
  seed: number;
  /** At most so many images, the first in the order of the input; null: all. */
  limit: number | null;
}

export interface RunConfiguration {
  /** Folder, `s3://bucket/prefix`, or a list of images (.csv or .jsonl). */
  input: string;
  output: string;
  model: string;
  layers: string[];
  methods: MethodName[];
  targets: string[];
  /** Adds a map made of all layers' maps; left out: none. */
  fuse?: Fusion;
  /** Path or s3:// address of the class names (JSON array, JSON object index -> name, or text with one name a line); null: no names. */
  classes: string | null;
  /** `folder`, `regex:<re>` or a csv/jsonl file; null: unlabelled. */
  labels: string | null;
  selection: SelectionSettings;
  preprocess: PreprocessSettings;
  scoreActivation: ScoreActivation;
  batchSize: number;
  shardSize: number;
  provider: string;
  threads: number | null;
  overlays: OverlaySettings;
  maps: boolean;
  /** Write evidence vectors and small heatmaps, from which reports find clusters and gaps. */
  evidence: boolean;
  /** Make the report when the run is complete. */
  report: boolean;
  /** Output of a run over the training set, with which the report compares gaps; left out: none. */
  reference?: string;
  /** Output of an earlier run: the report shows what changed since; left out: none. */
  since?: string;
  /** Measure how faithful the maps of so many images are; left out: of none. */
  evaluate?: { sample: number };
  /** Masks or boxes of objects in COCO's format, and how its categories name classes; left out: none. */
  regions?: RegionSettings;
  scores: 'shard' | 'image' | 'both';
  statistics: boolean;
  /** How many images, or which share such as `5%`, may fail before the run is stopped; left out: all of them. */
  maxFailures?: string;
  resume: boolean;
}
