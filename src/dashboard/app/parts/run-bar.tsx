import type { RunRow } from '../../contract.ts';
import { imagesText, shareDone } from '../run/progress.ts';

/** Explained images, then those that failed or are missing, of all. */
export function RunBar({ row }: { row: RunRow }) {
  const share = shareDone(row);
  const of = (images: number) => `${row.expected ? (100 * images) / row.expected : 0}%`;
  return (
    <div
      class={`run-bar ${share === null ? 'listing' : ''}`}
      role="progressbar"
      aria-label={`Images of ${row.run}`}
      aria-valuetext={imagesText(row)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.floor(share * 100)}
    >
      <span class="part-done" style={{ width: of(row.done) }} />
      <span class="part-failed" style={{ width: of(row.quarantined + row.missing) }} />
    </div>
  );
}
