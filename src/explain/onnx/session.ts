/** Opening ONNX Runtime sessions, with its failures in words. */

import type { InferenceSession } from 'onnxruntime-node';
import { UserError } from '../user-error.ts';

/** Errors only: warnings of the runtime are about graphs that users cannot change. */
const logSeverityLevel = 3;

/**
 * @param purpose what the session is for, as the end of "ONNX Runtime could not ..."
 * @throws UserError `session-failed`
 */
export async function openSession(
  file: string,
  purpose: string,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  // Loading the native library takes a while: only once a session is really wanted.
  const { InferenceSession } = await import('onnxruntime-node');
  try {
    return await InferenceSession.create(file, { logSeverityLevel, ...options });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('session-failed', `ONNX Runtime could not ${purpose}: ${reason}`, { cause });
  }
}
