import { imageKeyProblem } from '../../../shared/run/output-key.ts';
import { type RetryPolicy, retryTransient } from '../../../shared/store/retry.ts';
import { QuarantineError } from '../quarantine.ts';

/** Reads the bytes of one image. @throws StoreError */
export type ImageReader = (key: string) => Promise<Buffer>;

/** First stage: an image's bytes. @throws QuarantineError `bad-key`; what `read` throws */
export async function fetchImage(key: string, read: ImageReader, retries: RetryPolicy): Promise<Buffer> {
  const problem = imageKeyProblem(key);
  if (problem !== null) throw new QuarantineError('bad-key', problem);
  return retryTransient(() => read(key), retries);
}
