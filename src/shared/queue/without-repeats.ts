/** Milliseconds in which the same warning is given once. */
const quietTime = 60_000;

/** Passes a warning on unless the same one was given a minute ago: what many shards meet is said once. */
export function withoutRepeats<Rest extends unknown[]>(
  warn: (message: string, ...rest: Rest) => void,
): (message: string, ...rest: Rest) => void {
  const told = new Map<string, number>();
  return (message, ...rest) => {
    const now = performance.now();
    for (const [earlier, time] of told) {
      if (time < now - quietTime) told.delete(earlier);
    }
    if (told.has(message)) return;
    told.set(message, now);
    warn(message, ...rest);
  };
}
