import { value } from '../../../../shared/page/text.ts';
import type { Heatmap } from '../details.ts';

/** The raw value of a cell, where it is, and how it compares with the maximum. */
export function cellText(heatmap: Heatmap, cell: number): string {
  const number = heatmap.values[cell] ?? 0;
  const most = heatmap.values.reduce((best, one) => Math.max(best, one), 0);
  const place = `row ${Math.floor(cell / heatmap.width) + 1}, column ${(cell % heatmap.width) + 1}`;
  const share = most > 0 ? `, ${Math.round((number / most) * 100)}% of the maximum`.replace('-', '−') : '';
  return `${value(number)} at ${place}${share}`;
}
