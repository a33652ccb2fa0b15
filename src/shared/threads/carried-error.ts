/** Errors between threads: class instances do not survive the way, so they travel as plain data. */

import { UserError } from '../../explain/user-error.ts';
import { ImageError, type ImageErrorCode } from '../picture/image-error.ts';
import { StoreError, type StoreErrorCode } from '../store/store.ts';

interface CarriedBase {
  message: string;
  stack: string | null;
}

export type CarriedError = CarriedBase &
  (
    | { kind: 'user'; code: string }
    | { kind: 'image'; code: ImageErrorCode }
    | { kind: 'store'; code: StoreErrorCode; transient: boolean }
    | { kind: 'other'; name: string }
  );

export function carry(error: unknown): CarriedError {
  if (!(error instanceof Error)) return { kind: 'other', name: 'Error', message: String(error), stack: null };
  const base = { message: error.message, stack: error.stack ?? null };
  if (error instanceof UserError) return { ...base, kind: 'user', code: error.code };
  if (error instanceof ImageError) return { ...base, kind: 'image', code: error.code };
  if (error instanceof StoreError) return { ...base, kind: 'store', code: error.code, transient: error.transient };
  return { ...base, kind: 'other', name: error.name };
}

/** The error as it was thrown in the other thread, with the stack that it had there. */
export function restore(carried: CarriedError): Error {
  const error = errorOf(carried);
  if (carried.stack !== null) error.stack = carried.stack;
  return error;
}

function errorOf(carried: CarriedError): Error {
  const { message } = carried;
  switch (carried.kind) {
    case 'user':
      return new UserError(carried.code, message);
    case 'image':
      return new ImageError(carried.code, message);
    case 'store':
      return new StoreError(carried.code, message, { transient: carried.transient });
    case 'other': {
      const error = new Error(message);
      error.name = carried.name;
      return error;
    }
  }
}
