/** Which rows of a long grid are near the window: only they are in the document. */

import { useLayoutEffect, useState } from 'preact/hooks';

/** Between two tiles, in CSS pixels. */
export const gap = 10;
const smallestTile = 136;
/** Height of the two lines below a picture. */
const textHeight = 46;
/** Rows beyond the window's edges that are kept ready. */
const spare = 3;

export interface GridShape {
  columns: number;
  /** Height of a row with the gap below it, in CSS pixels. */
  rowHeight: number;
}

/** At least two tiles beside each other, all of one width. */
export function gridShape(width: number): GridShape {
  const columns = Math.max(2, Math.floor((width + gap) / (smallestTile + gap)));
  const tile = (width - gap * (columns - 1)) / columns;
  return { columns, rowHeight: Math.round(tile + textHeight + gap) };
}

/** First row and the one behind the last, for a grid that begins `above` pixels over the window's upper edge. */
export function visibleRange(above: number, windowHeight: number, rowHeight: number, rows: number): [number, number] {
  const first = Math.min(Math.max(0, Math.floor(above / rowHeight) - spare), Math.max(0, rows - 1));
  const last = Math.min(rows, Math.max(first + 1, Math.ceil((above + windowHeight) / rowHeight) + spare));
  return [first, last];
}

export interface VisibleRows extends GridShape {
  first: number;
  last: number;
  /** In the whole grid. */
  rows: number;
}

/** Follows the window's scrolling and the grid's width. Null until the grid is measured. */
export function useVisibleRows(place: { current: HTMLElement | null }, images: number): VisibleRows | null {
  const [visible, setVisible] = useState<VisibleRows | null>(null);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const update = () => {
      const shape = gridShape(element.clientWidth);
      const rows = Math.ceil(images / shape.columns);
      const [first, last] = visibleRange(-element.getBoundingClientRect().top, innerHeight, shape.rowHeight, rows);
      setVisible((before) =>
        before?.first === first &&
        before.last === last &&
        before.rows === rows &&
        before.columns === shape.columns &&
        before.rowHeight === shape.rowHeight
          ? before
          : { ...shape, first, last, rows },
      );
    };
    const observer = new ResizeObserver(update);
    observer.observe(element);
    addEventListener('scroll', update, { passive: true });
    addEventListener('resize', update);
    update();
    return () => {
      observer.disconnect();
      removeEventListener('scroll', update);
      removeEventListener('resize', update);
    };
  }, [place, images]);
  return visible;
}
