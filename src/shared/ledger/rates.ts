/** How fast the workers are, from the images that they committed in slots of 10 seconds. */

interface WorkerEntry {
  name: string;
  /** Images that it committed in this run. */
  images: number;
  /** Milliseconds since 1970, by the server's clock. */
  firstSeen: number;
  lastSeen: number;
  /** Images by slot number: time / 10,000. */
  counts: Record<string, number>;
}

const slotLength = 10_000;
const windowLength = 120_000;

/**
 * Images per second over the latest two minutes, or since the worker came when that is less. A shard counts when it is
 * committed, so the rate of a worker that takes longer than two minutes for one is 0 at times.
 */
export function rateOf(worker: WorkerEntry, now: number): number {
  // The oldest slot is cut where the window cuts it, so the window begins with a whole slot.
  const windowStart = (Math.floor(now / slotLength) + 1) * slotLength - windowLength;
  const begin = Math.max(windowStart, worker.firstSeen);
  let images = 0;
  for (const [slot, count] of Object.entries(worker.counts)) {
    if (Number(slot) * slotLength >= windowStart) images += count;
  }
  return images / Math.max((now - begin) / 1000, 1);
}
