/** How far a run is. */

import { count, counted } from '../../../shared/page/text.ts';
import type { LedgerState, RunRow } from '../../contract.ts';
import { rateText, spanText } from '../times.ts';

const ended: readonly LedgerState[] = ['complete', 'failed', 'cancelled'];

export function hasEnded({ state }: Pick<RunRow, 'state'>): boolean {
  return ended.includes(state);
}

/** Of its images, from 0 to 1; null while they are being listed. */
export function shareDone({ done, quarantined, expected }: RunRow): number | null {
  if (expected === null) return null;
  return expected === 0 ? 1 : (done + quarantined) / expected;
}

/** `1,200 of 5,000 images` */
export function imagesText({ done, quarantined, expected }: RunRow): string {
  const settled = done + quarantined;
  if (expected === null) return `${counted(settled, 'image')}, still being listed`;
  return settled === expected ? counted(expected, 'image') : `${count(settled)} of ${counted(expected, 'image')}`;
}

/** `97%`; only all is 100%. */
export function percentText(row: RunRow): string {
  const share = shareDone(row);
  if (share === null) return '';
  return `${share < 1 ? Math.min(99, Math.floor(share * 100)) : 100}%`;
}

export function rateLine({ imagesPerSecond, secondsLeft, state }: RunRow): string {
  const parts: string[] = [];
  if (imagesPerSecond > 0) parts.push(`${rateText(imagesPerSecond)} images/s`);
  if (state === 'running' && secondsLeft !== null && secondsLeft > 0)
    parts.push(`${spanText(secondsLeft * 1000)} left`);
  return parts.join(', ');
}
