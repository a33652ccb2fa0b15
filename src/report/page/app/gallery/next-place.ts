/** Where a key leads from a tile of the grid; null for a key that does not move. */
export function nextPlace(key: string, place: number, columns: number, page: number, images: number): number | null {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -page,
    PageDown: page,
    Home: -images,
    End: images,
  };
  const step = steps[key];
  if (step === undefined) return null;
  const next = place + step;
  // Up and down stay in their column.
  if (Math.abs(step) === columns && (next < 0 || next >= images)) return place;
  return Math.min(Math.max(next, 0), images - 1);
}
