import { exitCode } from './exit-code.ts';
import { onStopSignal } from './stop-signals.ts';

export interface Interrupt {
  /** Aborted at the first Ctrl-C or SIGTERM: finish the shard at hand, then end. */
  signal: AbortSignal;
  /** Gives Ctrl-C its usual meaning back. */
  release(): void;
}

/** The first signal asks the run to end after the shard at hand, the second ends the process at once. */
export function catchInterrupt(announce: (message: string) => void): Interrupt {
  const controller = new AbortController();
  const release = onStopSignal(() => {
    if (controller.signal.aborted) process.exit(exitCode.interrupted);
    controller.abort();
    announce('Finishing the shard at hand. Press Ctrl-C again to stop at once.');
  });
  return { signal: controller.signal, release };
}
