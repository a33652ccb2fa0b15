/** In which numbers a model is computed, and how NVIDIA's libraries are told. */

import type { ExplainerOptions, Precision } from './options.ts';
import { processVariable, setProcessVariable } from './process-environment.ts';
import { UserError } from './user-error.ts';

/**
 * NVIDIA's libraries read this once in a process, when they load: with 0, products of float32 stay in float32. ONNX Runtime hands only
 * the device's number to its CUDA provider, so that its own option for this cannot be reached.
 */
const override = 'NVIDIA_TF32_OVERRIDE';

const withTensorCores = new Set(['cuda', 'tensorrt']);

/** Whether the provider has other precisions than float32. */
export function hasTensorCores(provider: string): boolean {
  return withTensorCores.has(provider);
}

type Choice = Pick<ExplainerOptions, 'providers' | 'precision' | 'simulated'>;

/**
 * The precision that is computed in: what was asked for, else what the environment asks for, else float32.
 * @throws UserError `unsupported-precision` where the provider does not have it
 */
export function chosenPrecision({ providers, precision, simulated = false }: Choice): Precision {
  const provider = firstProvider(providers);
  if (!hasTensorCores(provider) && !(simulated && precision === 'float16')) {
    if (precision === undefined || precision === 'float32') return 'float32';
    throw new UserError(
      'unsupported-precision',
      `Precision ${precision} needs a GPU of NVIDIA's; the execution provider ${provider} computes in float32. Choose the provider cuda, or leave the precision out.`,
    );
  }
  return precision ?? (process.env[override] === '1' ? 'tf32' : 'float32');
}

/**
 * Sets the process's environment to the precision, for as long as the process lives. To be called before a session is opened on
 * the device, and for a thread with an environment of its own (the usual one) before the thread is started.
 * @throws UserError `unsupported-precision`, also where the process computes in another precision already, and in a thread whose
 * environment is not the process's
 */
export function claimPrecision(choice: Choice): void {
  const precision = chosenPrecision(choice);
  if (!hasTensorCores(firstProvider(choice.providers))) return;
  const wanted = precision === 'tf32' ? '1' : '0';
  if (process.env[override] === wanted) return;
  const current = processVariable(override);
  if (current !== undefined && current !== '' && current !== wanted) {
    throw new UserError(
      'unsupported-precision',
      `Precision ${precision} needs ${override}=${wanted}, and this process has ${override}=${current}, which NVIDIA's libraries read only once: ` +
        'set by you, or by a model that was opened in another precision. Use one precision in a process, or change the variable.',
    );
  }
  if (setProcessVariable(override, wanted)) return;
  throw new UserError(
    'unsupported-precision',
    `Precision ${precision} needs ${override}=${wanted} in the process's environment, which this thread cannot change. ` +
      `Set it before the thread is started, or start the thread with env: SHARE_ENV.`,
  );
}

/** The provider that runs whatever it can. */
export function firstProvider(providers: Choice['providers']): string {
  const [first = 'cpu'] = providers ?? [];
  return typeof first === 'string' ? first : first.name;
}
