/** What the server that explains on demand and the report's page say to each other. */

import { z } from 'zod';
import { type MethodName, methodNames } from '../explain/options.ts';
import type { ClassScore } from '../shared/run/record.ts';

import { fills, mostRegions } from './terms.ts';

/** In pixels of the picture as the model sees it, origin top left. */
const region = z.strictObject({
  left: z.int().min(0).max(65_535),
  top: z.int().min(0).max(65_535),
  width: z.int().min(1).max(65_535),
  height: z.int().min(1).max(65_535),
});
export type Region = z.infer<typeof region>;

export const explanationRequest = z.strictObject({
  /** Of an image of the run's input. */
  key: z.string().min(1).max(4096),
  /** As `--layers` takes it. */
  layer: z.string().min(1).max(1000),
  method: z.enum(methodNames),
  /** Name or index of the class to explain; null: the one with the highest score for the picture as it is. */
  class: z.string().min(1).max(1000).nullable(),
  /** What is covered; null: nothing. */
  cover: z.strictObject({ fill: z.enum(fills), regions: z.array(region).min(1).max(mostRegions) }).nullable(),
});
export type ExplanationRequest = z.infer<typeof explanationRequest>;

/** What can be asked for. */
export interface ExploredModel {
  /** What can be hooked: layers with a grid, in the order in which the model runs. */
  layers: string[];
  /** Those that `gradline layers` suggests. */
  suggestions: string[];
  methods: readonly MethodName[];
  /** Of the picture as the model sees it. */
  height: number;
  width: number;
  classCount: number;
}

/** What the model says of a picture. */
export interface Answer {
  /** The picture as the model sees it: a `data:` address of a PNG. */
  picture: string;
  /** Best first, as in the record. */
  top: ClassScore[];
  /** Only of a run whose images may have several labels: of every class, base64 of float32. The report has the thresholds. */
  scores?: string;
  /** Score of the explained class. */
  score: number;
  map: AnswerMap;
}

interface AnswerMap {
  height: number;
  width: number;
  /** Raw and signed: base64 of float32, `[height, width]`. */
  values: string;
  /** Why it says nothing, see the record; null where it does say something. */
  degenerateReason: string | null;
}

export interface ExplanationAnswer {
  /** The class that all maps are for. */
  explained: { class: number; name: string | null };
  /** The layer that a layer such as `last` means; null where it is in the file by that name. */
  resolvedLayer: string | null;
  original: Answer;
  /** Null where nothing is covered. */
  covered: Answer | null;
}
