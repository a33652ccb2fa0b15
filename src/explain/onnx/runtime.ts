import { disableTelemetry } from './telemetry.ts';

type Runtime = typeof import('onnxruntime-node');

/**
 * ONNX Runtime, which sends nothing. Its native library takes a while to load: only once it is really wanted.
 * @throws UserError `telemetry` where that cannot be prevented
 */
export async function loadRuntime(): Promise<Runtime> {
  disableTelemetry();
  return import('onnxruntime-node');
}
