import { channel } from 'node:diagnostics_channel';
import type { BufferPool } from '../buffer-pool.ts';
import type { Preprocessing } from '../decode/preprocessing.ts';
import type { ImageJob } from '../open-shard.ts';
import type { PixelWork, Preparation, SeenImage } from '../pixels/pixel-work.ts';
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
export interface DecodedPicture extends SeenImage {
  job: ImageJob;
  bytes: Buffer | null;
}

export interface PreparedImage {
  picture: DecodedPicture;
  /** Borrowed from the tensor pool: whoever has copied it gives it back. */
  tensor: Float32Array;
}

/** Told of each image before its pixels are read: for whoever traces what a process is at. */
const imageChannel = channel('gradline:image');

/**
 * Decodes an image and normalises it into a borrowed tensor. It goes into its batch only when its turn comes, by a copy of some tens
 * of microseconds: so bad images leave no holes, and batches do not depend on which image is decoded first.
 */
export async function prepareImage(
  { job, bytes }: FetchedImage,
  settings: DecodeSettings,
  tensors: BufferPool,
  pixels: PixelWork,
): Promise<PreparedImage | null> {
  if (job.shard.failed) return null;
  const target = await tensors.take();
  if (imageChannel.hasSubscribers) imageChannel.publish({ key: job.image.key });
  const { preprocessing, layout, channels, keepBytes } = settings;
  let preparation: Preparation;
  try {
    preparation = await pixels.prepare({ bytes, preprocessing, layout, channels }, target, keepBytes);
  } catch (error) {
    tensors.replaceLost();
    return quarantine(job, error);
  }
  const { tensor } = preparation;
  if ('image' in preparation)
    return { picture: { ...preparation.image, job, bytes: keepBytes ? bytes : null }, tensor };
  tensors.giveBack(tensor);
  return quarantine(job, preparation.error);
}
