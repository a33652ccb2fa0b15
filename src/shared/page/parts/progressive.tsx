import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../text.ts';

interface ProgressiveProps<T> {
  items: readonly T[];
  /** How many are shown at first, and added each time. */
  step: number;
  children: (items: readonly T[]) => ComponentChildren;
}

/** The first of many, and a button for more. */
export function Progressive<T>({ items, step, children }: ProgressiveProps<T>) {
  const [shown, setShown] = useState(step);
  const more = Math.min(step, items.length - shown);
  return (
    <>
      {children(items.slice(0, shown))}
      {more > 0 && (
        <p class="more">
          <button type="button" onClick={() => setShown(shown + more)}>
            Show {count(more)} more
          </button>
          <span class="muted">
            {count(shown)} of {count(items.length)}
          </span>
        </p>
      )}
    </>
  );
}
