/** Means as tables print them. */

import type { Fit } from './measures.ts';

export function meanOf(values: readonly number[]): string {
  return values.length === 0 ? '-' : (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(2);
}

/** Mean precision and mean recall; both are 0 where nothing fits. */
export function pairOf(fits: readonly (Fit | null)[]): string {
  return `${meanOf(fits.map((fit) => fit?.precision ?? 0))} / ${meanOf(fits.map((fit) => fit?.recall ?? 0))}`;
}
