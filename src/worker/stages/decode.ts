import type { BufferPool } from '../buffer-pool.ts';
import { type DecodedImage, decodeImage } from '../decode/decode.ts';
import type { Preprocessing } from '../decode/preprocessing.ts';
import type { ImageJob } from '../open-shard.ts';
import { quarantine } from '../quarantine.ts';
import type { FetchedImage } from './fetch.ts';

export interface DecodeSettings {
  preprocessing: Preprocessing;
  layout: 'NCHW' | 'NHWC';
  channels: 1 | 3;
  /** Keep the file's bytes until the overlay is drawn, which needs the original. */
  keepBytes: boolean;
}

/** What is kept of an image after its tensor has gone into a batch. */
export interface DecodedPicture extends Omit<DecodedImage, 'tensor'> {
  job: ImageJob;
  bytes: Buffer | null;
}

export interface PreparedImage {
  picture: DecodedPicture;
  /** Borrowed from the tensor pool: whoever has copied it gives it back. */
  tensor: Float32Array;
}

/**
 * Decodes an image and normalises it into a borrowed tensor. It goes into its batch only when its turn comes, by a copy of some tens
 * of microseconds: so bad images leave no holes, and batches do not depend on which image is decoded first.
 */
export async function prepareImage(
  { job, bytes }: FetchedImage,
  settings: DecodeSettings,
  tensors: BufferPool,
): Promise<PreparedImage | null> {
  if (job.shard.failed) return null;
  const target = await tensors.take();
  try {
    const { preprocessing, layout, channels } = settings;
    const { tensor: _, ...picture } = await decodeImage(bytes, preprocessing, layout, { channels, target });
    return { picture: { ...picture, job, bytes: settings.keepBytes ? bytes : null }, tensor: target };
  } catch (error) {
    tensors.giveBack(target);
    return quarantine(job, error);
  }
}
