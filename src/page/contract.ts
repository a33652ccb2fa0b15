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
  /** Pictures to begin with, below the page. */
  samples: { name: string; file: string }[];
}

/** Name of the settings' file; a folder that holds it is a page. */
export const settingsFile = 'page.json';

/** What the page asks its worker. */
export type WorkerRequest =
  | { type: 'open' }
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

export type WorkerReply =
  | { type: 'progress'; loaded: number; total: number }
  | { type: 'opened'; threads: number; settings: PageSettings }
  | { type: 'explained'; id: number; explanation: PageExplanation }
  | { type: 'failed'; id: number | null; message: string };
