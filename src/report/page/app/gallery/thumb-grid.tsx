import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type ParamValues, viewBefore } from '../../../../shared/page/route.ts';
import { counted } from '../../../../shared/page/text.ts';
import type { Layer } from '../parts/layer.ts';
import { Thumb } from '../parts/thumb.tsx';
import { nextPlace } from './next-place.ts';
import { gap } from './visible-range.ts';
import { useVisibleRows, type VisibleRows } from './visible-rows.ts';

interface ThumbGridProps {
  rows: readonly number[];
  picture: Layer;
  keep: ParamValues;
}

/** The image that was opened or focused last; coming back from it, the gallery continues there. */
let lastRow = -1;

export function rememberRow(row: number): void {
  lastRow = row;
}

/** Any number of tiles. One takes part in the tab order; arrow keys, Home, End and Page keys move within. */
export function ThumbGrid({ rows, picture, keep }: ThumbGridProps) {
  const grid = useRef<HTMLUListElement>(null);
  const visible = useVisibleRows(grid, rows.length);
  const [start] = useState(() => (viewBefore() === 'image' ? rows.indexOf(lastRow) : -1));
  const [current, setCurrent] = useState(Math.max(0, start));
  const wantsFocus = useRef(start >= 0);

  // The tile may be in the document only after the scrolling.
  useLayoutEffect(() => {
    if (!wantsFocus.current || !visible) return;
    const tile = grid.current?.querySelector<HTMLElement>(`[data-place="${current}"]`);
    if (tile) {
      wantsFocus.current = false;
      tile.focus({ preventScroll: true });
    }
    scrollToRow(Math.floor(current / visible.columns));
  }, [current, visible]);

  const scrollToRow = (row: number) => {
    const element = grid.current;
    if (!element || !visible) return;
    const top = element.getBoundingClientRect().top + row * visible.rowHeight;
    const covered = stickyHeight();
    if (top < covered) scrollBy({ top: top - covered, behavior: 'instant' });
    else if (top + visible.rowHeight > innerHeight)
      scrollBy({ top: top + visible.rowHeight - innerHeight, behavior: 'instant' });
  };

  const move = (event: KeyboardEvent) => {
    if (!visible || event.altKey || event.ctrlKey || event.metaKey) return;
    const page = visible.columns * Math.max(1, Math.floor(innerHeight / visible.rowHeight) - 1);
    const next = nextPlace(event.key, current, visible.columns, page, rows.length);
    if (next === null) return;
    event.preventDefault();
    wantsFocus.current = true;
    lastRow = rows[next] ?? -1;
    setCurrent(next);
    // The same place again: nothing is rendered, so focus now.
    if (next === current) scrollToRow(Math.floor(next / visible.columns));
  };

  return (
    <ul
      ref={grid}
      class="grid"
      aria-label={counted(rows.length, 'image')}
      style={{ height: visible ? `${visible.rows * visible.rowHeight}px` : '100vh' }}
    >
      {visible && tiles(visible)}
    </ul>
  );

  function tiles({ first, last, columns, rowHeight }: VisibleRows) {
    return rows.slice(first * columns, last * columns).map((row, i) => {
      const place = first * columns + i;
      const line = Math.floor(place / columns);
      return (
        <li
          key={row}
          aria-posinset={place + 1}
          aria-setsize={rows.length}
          style={{
            top: `${line * rowHeight}px`,
            left: `calc(${place % columns} * (100% + ${gap}px) / ${columns})`,
            width: `calc((100% + ${gap}px) / ${columns} - ${gap}px)`,
          }}
        >
          <Thumb
            row={row}
            picture={picture}
            keep={keep}
            tile={{
              place,
              current: place === current,
              onFocus: () => {
                lastRow = row;
                setCurrent(place);
              },
              onKeyDown: move,
            }}
          />
        </li>
      );
    });
  }
}

function stickyHeight(): number {
  return document.querySelector('.site-head')?.getBoundingClientRect().bottom ?? 0;
}
