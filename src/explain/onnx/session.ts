/** Opening ONNX Runtime sessions, with its failures in words. */

import type { InferenceSession } from 'onnxruntime-node';
import { UserError } from '../user-error.ts';
import { loadRuntime } from './runtime.ts';

/** Nothing but crashes: the runtime's errors are thrown too, and its warnings are about graphs that users cannot change. */
const logSeverityLevel = 4;

/** Where ONNX Runtime says how new a file it reads. */
const newestRead = [/domain ai\.onnx is till (opset \d+)/, /max supported (IR version: \d+)/];

/** An operator that ONNX Runtime does not have. */
const unknownOperator = /No Op registered for (\S+) with domain_version/;

/** A file of our own in between, of which users know nothing. */
const ownFile = /^Load model from .* failed:/;

/**
 * @param purpose what the session is for, as the end of "ONNX Runtime could not ..."
 * @throws UserError `session-failed`, `model-too-new`
 */
export async function openSession(
  file: string,
  purpose: string,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  const { InferenceSession } = await loadRuntime();
  try {
    return await InferenceSession.create(file, { logSeverityLevel, ...options });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const [newest] = newestRead.flatMap((limit) => limit.exec(reason)?.[1] ?? []);
    if (newest !== undefined) {
      throw new UserError(
        'model-too-new',
        `The model is newer than the installed ONNX Runtime, which reads up to ${newest}. Export it again with an older opset, or install a newer onnxruntime-node.`,
        { cause },
      );
    }
    const operator = unknownOperator.exec(reason)?.[1];
    if (operator !== undefined) {
      const node = /In Node, \("([^"]*)"/.exec(reason)?.[1];
      throw new UserError(
        'session-failed',
        `ONNX Runtime has no operator ${operator}${node === undefined ? '' : `, which node '${node}' uses`}: the exporter left it in the file as it was. Export the model in another way, so that it holds ONNX operators only.`,
        { cause },
      );
    }
    throw new UserError('session-failed', `ONNX Runtime could not ${purpose}: ${reason.replace(ownFile, '')}`, {
      cause,
    });
  }
}
