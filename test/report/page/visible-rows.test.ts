import { describe, expect, it } from 'vitest';
import { nextPlace } from '../../../src/report/page/app/gallery/next-place.ts';
import { gridShape, visibleRange } from '../../../src/report/page/app/gallery/visible-range.ts';

describe('the grid of the gallery', () => {
  it('has at least two columns, and as many as fit', () => {
    expect(gridShape(330).columns).toBe(2);
    expect(gridShape(200).columns).toBe(2);
    expect(gridShape(1232).columns).toBe(8);
  });

  it('keeps only the rows near the window', () => {
    expect(visibleRange(-100, 800, 200, 1000)).toEqual([0, 7]);
    expect(visibleRange(100_000, 800, 200, 1000)).toEqual([497, 507]);
    expect(visibleRange(10_000_000, 800, 200, 1000)).toEqual([999, 1000]);
    expect(visibleRange(0, 800, 200, 1)).toEqual([0, 1]);
  });

  it('is walked by arrows, Home, End and Page keys', () => {
    const next = (key: string, place: number) => nextPlace(key, place, 4, 12, 30);
    expect(next('ArrowRight', 3)).toBe(4);
    expect(next('ArrowLeft', 0)).toBe(0);
    expect(next('ArrowDown', 5)).toBe(9);
    expect(next('ArrowDown', 27)).toBe(27);
    expect(next('ArrowUp', 2)).toBe(2);
    expect(next('PageDown', 25)).toBe(29);
    expect(next('Home', 25)).toBe(0);
    expect(next('End', 3)).toBe(29);
    expect(next('a', 3)).toBeNull();
  });
});
