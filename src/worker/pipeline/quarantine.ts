import { ImageError } from '../../shared/picture/image-error.ts';
import type { QuarantinedRecord } from '../../shared/run/record.ts';
import { StoreError } from '../../shared/store/store.ts';
import type { ImageJob } from './open-shard.ts';

/** One image cannot be explained, for a reason that lies neither in its storage nor in its pixels; the run goes on without it. */
export class QuarantineError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'QuarantineError';
    this.code = code;
  }
}

/**
 * Deals with an error on the way of one image. What is the image's own fault becomes its record, and the shard goes on; anything
 * else fails the shard, because other images would meet it too. Returns null: in both cases the image goes no further.
 */
export function quarantine(job: ImageJob, error: unknown): null {
  const reason = reasonOf(error);
  if (reason === null) job.shard.fail(error);
  else job.shard.settle(job.index, quarantinedRecord(job, reason));
  return null;
}

function reasonOf(error: unknown): QuarantinedRecord['error'] | null {
  if (error instanceof ImageError || error instanceof QuarantineError) {
    return { code: error.code, message: error.message };
  }
  if (!(error instanceof StoreError)) return null;
  if (error.code === 'not-found') return { code: 'not-found', message: error.message };
  const unreadable = error.code === 'access-denied' || (error.code === 'unavailable' && !error.transient);
  return unreadable ? { code: 'unreadable', message: error.message } : null;
}

function quarantinedRecord({ image, labelName }: ImageJob, error: QuarantinedRecord['error']): QuarantinedRecord {
  return { key: image.key, status: 'quarantined', error, label: image.label, labelName };
}
