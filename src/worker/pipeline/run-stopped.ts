import { UserError } from '../../explain/user-error.ts';
import { StoreError } from '../../shared/store/store.ts';
import { InferenceError } from './inference/inference.ts';

/** The run could not go on after it had started: a full disk, a lost bucket, a dead inference thread. What it committed is kept. */
export class RunStopped extends UserError {
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'RunStopped';
  }
}

/**
 * What a run that could not go on throws: the user's own mistake as it is, anything else as `RunStopped`. A defect in the program
 * (code `internal`) keeps its stack as the cause.
 */
export function stopOf(cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  if (cause instanceof StoreError || cause instanceof InferenceError) {
    return new RunStopped(cause.code, cause.message, { cause });
  }
  return new RunStopped('internal', cause instanceof Error ? cause.message : String(cause), { cause });
}
