import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between two looks at the event loop: what matters holds it up for seconds, and each look wakes the thread. */
const resolution = 50;

export interface LoopDelay {
  /** Longest time that the event loop was held up so far, in milliseconds. */
  longest(): number;
  end(): void;
}

/** Watches how long the event loop is held up: while it is, no lock is renewed. */
export function watchLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  return {
    // What is recorded is the time between two looks, which contains the resolution.
    longest: () => Math.max(0, Math.round(histogram.max / 1e6 - resolution)),
    end: () => histogram.disable(),
  };
}
