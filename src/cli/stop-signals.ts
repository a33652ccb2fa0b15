/** Ctrl-C, and what kubelet, systemd and docker stop send. */

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls `listener` at each such signal, in place of the one that gradline.cts began with.
 * @returns what gives the signals their usual meaning back
 */
export function onStopSignal(listener: () => void): () => void {
  for (const signal of signals) {
    const earlier = process.listeners(signal);
    // Never without one: between two of them the signal would end the process.
    process.on(signal, listener);
    for (const one of earlier) process.off(signal, one);
  }
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/** Resolves at the first of them; a second one has its usual meaning. For commands that serve until they are told to end. */
export function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    const release = onStopSignal(() => {
      release();
      resolve();
    });
  });
}
