import { Worker, type WorkerOptions } from 'node:worker_threads';
import { disableTelemetry } from '../../explain/onnx/telemetry.ts';

/** Starts a thread. What native code reads from the environment is set before: a thread could not. */
export function startThread(file: URL, options: WorkerOptions): Worker {
  disableTelemetry();
  return new Worker(file, options);
}
