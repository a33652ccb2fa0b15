import { imageKeyProblem } from '../../../shared/run/output-key.ts';
import { type RetryPolicy, retryTransient } from '../../../shared/store/retry.ts';
import type { ImageJob } from '../open-shard.ts';
import { QuarantineError, quarantine } from '../quarantine.ts';

export interface FetchedImage {
  job: ImageJob;
  bytes: Buffer;
}

/** Reads the bytes of one image. @throws StoreError */
export type ImageReader = (key: string) => Promise<Buffer>;

/** First stage: an image's bytes, or null when the image was quarantined or its shard failed. */
export async function fetchImage(job: ImageJob, read: ImageReader, retries: RetryPolicy): Promise<FetchedImage | null> {
  if (job.shard.failed) return null;
  try {
    const problem = imageKeyProblem(job.image.key);
    if (problem !== null) throw new QuarantineError('bad-key', problem);
    return { job, bytes: await retryTransient(() => read(job.image.key), retries) };
  } catch (error) {
    return quarantine(job, error);
  }
}
