import type { ImageRecord } from '../../../shared/run/record.ts';
import { type RetryPolicy, retryTransient } from '../../../shared/store/retry.ts';
import type { Store } from '../../../shared/store/store.ts';
import type { EvidenceRow } from '../evidence/evidence-row.ts';
import type { ImageJob } from '../open-shard.ts';

export interface OutputFile {
  /** Key relative to the output root. */
  key: string;
  body: Buffer | string;
  contentType: string;
}

export interface RenderedImage {
  job: ImageJob;
  record: ImageRecord;
  /** Of the record's maps; null where none is written. */
  evidence: EvidenceRow[] | null;
  files: OutputFile[];
}

/** Writes an image's files. An error here is the output's, not the image's: it fails the shard. */
export async function storeImage(
  image: RenderedImage,
  output: Store,
  retries: RetryPolicy,
): Promise<RenderedImage | null> {
  if (image.job.shard.failed) return null;
  try {
    await Promise.all(image.files.map((file) => putFile(file, output, retries)));
    return image;
  } catch (error) {
    image.job.shard.fail(error);
    return null;
  }
}

export async function putFile(file: OutputFile, output: Store, retries: RetryPolicy): Promise<void> {
  await retryTransient(() => output.put(file.key, file.body, file.contentType), retries);
}
