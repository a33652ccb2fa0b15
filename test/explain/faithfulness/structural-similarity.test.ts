import { expect, test } from 'vitest';
import { structuralSimilarity } from '../../../src/explain/faithfulness/structural-similarity.ts';
import { uniformNumbers } from '../../../src/explain/random-numbers.ts';

const size = { height: 14, width: 19 };
const noise = (seed: number) => {
  const random = uniformNumbers(seed);
  return Float32Array.from({ length: size.height * size.width }, () => random());
};

/** The definition, window by window, for values that run from 0 to 1 already. */
function directly(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const window: [weight: number, a: number, b: number][] = [];
      for (let row = Math.max(0, y - 5); row <= Math.min(size.height - 1, y + 5); row++) {
        for (let column = Math.max(0, x - 5); column <= Math.min(size.width - 1, x + 5); column++) {
          const at = row * size.width + column;
          const weight = Math.exp(-((row - y) ** 2 + (column - x) ** 2) / (2 * 1.5 ** 2));
          window.push([weight, a[at] ?? Number.NaN, b[at] ?? Number.NaN]);
        }
      }
      const weights = window.reduce((sum, [weight]) => sum + weight, 0);
      const mean = (of: (a: number, b: number) => number) =>
        window.reduce((sum, [weight, u, v]) => sum + weight * of(u, v), 0) / weights;
      const [meanA, meanB] = [mean((u) => u), mean((_, v) => v)];
      const varianceA = mean((u) => (u - meanA) ** 2);
      const varianceB = mean((_, v) => (v - meanB) ** 2);
      const covariance = mean((u, v) => (u - meanA) * (v - meanB));
      const brightness = (2 * meanA * meanB + 1e-4) / (meanA ** 2 + meanB ** 2 + 1e-4);
      total += (brightness * (2 * covariance + 9e-4)) / (varianceA + varianceB + 9e-4);
    }
  }
  return total / (size.height * size.width);
}

const unit = (values: Float32Array) => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => (value - low) / (high - low));
};

test('is 1 for a map and itself, brighter or of more contrast', () => {
  const map = noise(1);
  expect(structuralSimilarity(map, map, size)).toBeCloseTo(1, 12);
  expect(
    structuralSimilarity(
      map,
      map.map((value) => 40 * value - 7),
      size,
    ),
  ).toBeCloseTo(1, 5);
});

test('agrees with the definition', () => {
  const [a, b] = [unit(noise(2)), unit(noise(3))];
  const mixed = unit(a.map((value, i) => value + 0.3 * (b[i] ?? 0)));
  for (const other of [b, mixed]) {
    expect(structuralSimilarity(a, other, size)).toBeCloseTo(directly(a, other), 6);
  }
});

test('is far lower for another map, and negative for the reverse', () => {
  const [a, b] = [noise(4), noise(5)];
  expect(structuralSimilarity(a, b, size)).toBeLessThan(0.3);
  expect(
    structuralSimilarity(
      a,
      a.map((value) => -value),
      size,
    ),
  ).toBeLessThan(0);
});

test('of a constant is not defined', () => {
  expect(structuralSimilarity(noise(6).fill(2), noise(7), size)).toBeNull();
});
