/**
 * Pearson's correlation of the positive parts of two heatmaps of one size: what the overlays show. NaN where one of them has the same
 * value everywhere.
 */
export function heatmapCorrelation(a: Float32Array, b: Float32Array): number {
  const n = a.length;
  let [sumA, sumB] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    sumA += positive(a[i]);
    sumB += positive(b[i]);
  }
  const [meanA, meanB] = [sumA / n, sumB / n];
  let [squareA, squareB, product] = [0, 0, 0];
  for (let i = 0; i < n; i += 1) {
    const offA = positive(a[i]) - meanA;
    const offB = positive(b[i]) - meanB;
    squareA += offA * offA;
    squareB += offB * offB;
    product += offA * offB;
  }
  const scale = Math.sqrt(squareA * squareB);
  return scale === 0 ? Number.NaN : Math.max(-1, Math.min(1, product / scale));
}

function positive(value: number | undefined): number {
  return Math.max(0, value ?? 0);
}
