import { Tally } from '../tally.ts';

/** 0 to `length - 1`. */
export function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** 0 for no values. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

/** The upper one of the middle two; 0 for no values. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** At four decimals. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** Most frequent first. */
export function countClasses(classes: readonly number[]): { class: number; count: number }[] {
  const counts = new Tally<number>();
  for (const own of classes) counts.add(own);
  return [...counts]
    .map(([own, count]) => ({ class: own, count }))
    .sort((a, b) => b.count - a.count || a.class - b.class);
}
