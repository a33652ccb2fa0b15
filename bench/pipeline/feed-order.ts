/** What one measurement of the pipeline is about, and what it finds. */

import { z } from 'zod';

export const feedOrder = z.object({
  /** Folder or s3:// address with the photographs. */
  input: z.string(),
  /** Folder or s3:// address for what is written. */
  output: z.string(),
  overlays: z.enum(['all', 'none']),
  batchSize: z.number(),
  /** Threads for pixels; null: one a core. */
  pixelThreads: z.number().nullable(),
  /** Images before the measurement begins, and those that are measured; the input holds as many. */
  uncounted: z.number(),
  images: z.number(),
  /** Images that each stage gets by itself. */
  stageImages: z.number(),
});
export type FeedOrder = z.infer<typeof feedOrder>;

/** By stage: milliseconds of all threads that an image takes. */
const stageCosts = z.record(z.string(), z.number());
export type StageCosts = z.infer<typeof stageCosts>;

export const feedFigures = z.object({
  imagesPerSecond: z.number(),
  /** Of the measured images alone. Milliseconds for an image. */
  user: z.number(),
  system: z.number(),
  mainBusy: z.number(),
  mainOnCore: z.number().nullable(),
  /** Most resident memory, in bytes. */
  peak: z.number(),
  stages: stageCosts,
});
export type FeedFigures = z.infer<typeof feedFigures>;
