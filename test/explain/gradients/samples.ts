/** Seeded values for test tensors. */

/** Uniform numbers in [0, 1) that a seed repeats: a linear congruential generator (Knuth's MMIX constants) in 64 bits. */
export function seededRandom(seed: string | number): () => number {
  let state = 0n;
  for (const character of String(seed)) state = (state * 131n + BigInt(character.codePointAt(0) ?? 0)) & mask64;
  const next = () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & mask64;
    return Number(state >> 32n) / 2 ** 32;
  };
  // Seeds that differ little give first numbers that differ little.
  for (let i = 0; i < 8; i++) next();
  return next;
}

const mask64 = (1n << 64n) - 1n;

/** Draws `count` values. */
export type Sample = (count: number, random: () => number) => number[];

export const uniform =
  (low: number, high: number): Sample =>
  (count, random) =>
    Array.from({ length: count }, () => low + (high - low) * random());

/** Between -2 and 2. */
export const spreadValues: Sample = uniform(-2, 2);

/** Between -2 and 2 but not within 0.2 of the given points, where a function has a kink or a pole. */
export const awayFrom =
  (...points: number[]): Sample =>
  (count, random) =>
    Array.from({ length: count }, () => {
      for (;;) {
        const value = -2 + 4 * random();
        if (points.every((p) => Math.abs(value - p) > 0.2)) return value;
      }
    });

/** All values at least 0.2 apart, in random order: no two change places under a small step. */
export const distinct: Sample = (count, random) => {
  const values = Array.from({ length: count }, (_, i) => (i - count / 2) * 0.2);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [values[i], values[j]];
    if (a !== undefined && b !== undefined) [values[i], values[j]] = [b, a];
  }
  return values;
};

/** The same values whatever the seed. */
export const exactly =
  (...values: number[]): Sample =>
  () =>
    values;
