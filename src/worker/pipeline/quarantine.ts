import { ImageError } from '../../shared/picture/image-error.ts';
import type { QuarantinedRecord } from '../../shared/run/record.ts';
import { StoreError } from '../../shared/store/store.ts';
import type { NamedImage } from './pixels/image-work.ts';
import { recordLabels } from './record-labels.ts';

/** One image cannot be explained, for a reason that lies neither in its storage nor in its pixels; the run goes on without it. */
export class QuarantineError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'QuarantineError';
    this.code = code;
  }
}

/** The record of an image that an error is the fault of. @throws the error where other images would meet it too */
export function quarantinedRecord(named: NamedImage, error: unknown): QuarantinedRecord {
  const reason = reasonOf(error);
  if (reason === null) throw error;
  return { key: named.image.key, status: 'quarantined', error: reason, ...recordLabels(named) };
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
