/** Pillow's filters, each as its weight at a distance from the middle, in samples (Pillow, src/libImaging/Resample.c). */

export interface Filter {
  /** Distance at which the weight has become zero. */
  support: number;
  weight(distance: number): number;
}

export const filters: Record<'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos', Filter> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) },
  hamming: { support: 1, weight: hamming },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x), -0.5) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys's cubic convolution at a distance of 0 or more; `a` is its slope at 1: -0.5 in Pillow, -0.75 in OpenCV and PyTorch. */
export function cubic(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function hamming(distance: number): number {
  const x = Math.abs(distance);
  if (x === 0) return 1;
  if (x >= 1) return 0;
  // Pillow's two constants are floats.
  return (Math.sin(x * Math.PI) / (x * Math.PI)) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(x * Math.PI));
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
