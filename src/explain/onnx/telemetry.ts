/**
 * ONNX Runtime since 1.29 writes a device's id and a database of events into the user's cache folder, and sends the events (among them the name of
 * the model's file) to its vendor. It reads once in a process, when its environment is made, whether it may; nothing in its API for Node says so later.
 */

import { setProcessVariable } from '../process-environment.ts';
import { UserError } from '../user-error.ts';

const variable = 'ORT_DISABLE_TELEMETRY';

/**
 * Turns ONNX Runtime's telemetry off for the process, unless the variable ORT_DISABLE_TELEMETRY says otherwise already. To be called before ONNX Runtime
 * is loaded, and before a thread is started that may load it: a thread gets a copy of the environment, which native code does not see.
 * @throws UserError `telemetry` in a thread whose environment is not the process's
 */
export function disableTelemetry(): void {
  if (process.env[variable] !== undefined || setProcessVariable(variable, '1')) return;
  // As it was: a copy that says what the process does not would be believed by the next call.
  delete process.env[variable];
  throw new UserError(
    'telemetry',
    `ONNX Runtime would send telemetry from this thread, which cannot change the environment of the process. Import Gradline in the main thread before the thread ` +
      `is started, set ${variable}=1 for the process, or start the thread with env: SHARE_ENV.`,
  );
}
