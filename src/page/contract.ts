/** What `page.json` tells the page that explains in the browser. */

import type { ShapeSettings } from '../worker/pipeline/decode/shape-picture.ts';

export interface PageSettings {
  /** Stands above the page. */
  title: string;
  /** The compiled model, beside the page. */
  file: string;
  bytes: number;
  source: { file: string; sha256: string };
  /** Version that made the page. */
  gradline: string;
  /** What to know of the model before its maps are believed. */
  warnings: string[];
  /** As the model takes it. */
  image: { height: number; width: number; channels: 1 | 3 };
  classCount: number;
  classNames: string[] | null;
  /** How a picture is brought to the model's size. */
  shape: ShapeSettings;
  /** Colour of what is added around a picture with fit `pad`, in RGB. */
  ground: [number, number, number];
  /** Outputs with maps, for the targets `predicted` and `any`. */
  maps: (Omit<PageMap, 'values'> & { output: string })[];
  trial: PageTrial;
  /** Pictures to begin with, below the page. */
  samples: { name: string; file: string }[];
}

/** What the model says of `testPicture(0)`: a GPU has to say the same before it is believed. */
export interface PageTrial {
  /** Class of the target `any`. */
  target: number;
  scores: number[];
  /** Of each of the page's maps, `[height, width]`. */
  maps: number[][];
  /** The largest deviation that is rounding, as a share of an output's largest magnitude. */
  tolerance: number;
}

/** What WebGPU needs beside the page, and who has none does not load: ONNX Runtime's build for it, and its WebAssembly. */
export const webgpuFiles = ['ort.jspi.bundle.min.mjs', 'ort-wasm-simd-threaded.jspi.wasm'] as const;

/** What runs the model: the visitor's GPU, or WebAssembly on the processor. */
export type Provider = 'webgpu' | 'wasm';

/** Name of the settings' file; a folder that holds it is a page. */
export const settingsFile = 'page.json';

/** Name of the browser's cache that keeps the page for when there is no network. */
export const keptFiles = 'gradline-page';

/** What the page asks its worker. */
export type WorkerRequest =
  /** @param wanted null: WebGPU where it is better. @param model its bytes, where they are here already */
  | { type: 'open'; wanted: Provider | null; model: Uint8Array<ArrayBuffer> | null }
  /** @param target the class of the target `any`; -1: none */
  | { type: 'explain'; id: number; picture: Blob; target: number };

/** A raw map, `[height, width]`. */
export interface PageMap {
  layer: string;
  method: string;
  target: string;
  height: number;
  width: number;
  values: Float32Array;
}

export interface PageExplanation {
  /** RGB as the model sees it, `[height, width, 3]`. */
  pixels: Uint8Array;
  scores: Float32Array;
  predicted: number;
  maps: PageMap[];
  /** Milliseconds from the picture to pixels, and in the model. */
  prepared: number;
  explained: number;
}

/** How the model is run here. */
export interface Running {
  provider: Provider;
  /** What the browser says of its GPU. */
  device: string | null;
  threads: number;
  /** Why it is not WebGPU, where that is worth a word. */
  instead: string | null;
}

export type WorkerReply =
  | { type: 'progress'; loaded: number; total: number }
  | { type: 'opened'; running: Running; settings: PageSettings }
  | { type: 'explained'; id: number; explanation: PageExplanation }
  /** WebGPU cannot run this model, or runs it wrongly. @param model its bytes, for another try */
  | { type: 'unfit'; reason: string; model: Uint8Array<ArrayBuffer> | null }
  | { type: 'failed'; id: number | null; message: string };
