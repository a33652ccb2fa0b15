import { useLayoutEffect, useState } from 'preact/hooks';
import { type GridShape, gridShape, visibleRange } from './visible-range.ts';

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
