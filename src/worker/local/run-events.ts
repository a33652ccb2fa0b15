/** What a caller hears of a local run, and what it gets in the end. */

import type { HookedLayer } from '../../explain/explanation.ts';
import type { MapFindings } from '../../shared/run/run-file.ts';
import type { Provider } from '../pipeline/provider.ts';

/** `total` is null for a bucket that was not counted. */
export interface ImageProgress {
  done: number;
  quarantined: number;
  total: number | null;
  imagesPerSecond: number;
}

/** An image that was quarantined. */
interface FailedImage {
  run: string;
  shard: number;
  /** Its key. */
  image: string;
  code: string;
  message: string;
}

export interface RunEvents {
  /** Once, after the plan: what the model was opened on. */
  onProvider(provider: Provider): void;
  /** Once, when the model is open: what the listed layers are in its file. */
  onLayers(layers: readonly HookedLayer[]): void;
  /** Once, when the input is known. */
  onPlan(total: number | null): void;
  /** After every image; images that an earlier start had committed are in `done` and `quarantined`, not in the rate. */
  onProgress(progress: ImageProgress): void;
  onImageFailed?(failure: FailedImage): void;
  /** Something that was found or chosen, and is no cause for worry. */
  onNotice(message: string): void;
  onWarning(message: string): void;
}

export interface RunSummary extends MapFindings {
  run: string;
  state: 'complete' | 'interrupted';
  /** Committed images, which are `done + quarantined`; `skipped` of them were committed by an earlier start. */
  images: number;
  done: number;
  quarantined: number;
  skipped: number;
  /** Quarantined images by error code. */
  failures: Record<string, number>;
  /** Over the `labelled` done images; null when there are none. */
  accuracy: number | null;
  labelled: number;
  /** Of this start alone. */
  imagesPerSecond: number;
  seconds: number;
  output: string;
}
