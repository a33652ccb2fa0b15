/** Which rows of a long grid are near the window: only they are in the document. */

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
