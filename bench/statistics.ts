/** Median of at least one number. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linearly interpolated between neighbours, as numpy's default. @param share 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)];
  const high = sorted[Math.ceil(place)];
  if (low === undefined || high === undefined) throw new RangeError('An empty list has no quantiles.');
  return low + (high - low) * (place - Math.floor(place));
}
