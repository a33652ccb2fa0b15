import { at } from '../../explain/at.ts';
import { resizeInto } from '../../explain/resize.ts';
import type { MeanHeatmap } from '../contract.ts';
import type { EvidenceRows } from '../read/evidence.ts';

const side = 32;

/** Mean of the rows' maps at 32 x 32: the positive part, each scaled to a maximum of 1 before; three decimals. */
export function meanHeatmap({ heatmaps, height, width }: EvidenceRows, rows: readonly number[]): MeanHeatmap {
  const size = height * width;
  let mean = new Float64Array(size);
  for (const row of rows) {
    const cells = heatmaps.subarray(row * size, (row + 1) * size);
    const max = cells.reduce((most, cell) => Math.max(most, cell), 0);
    if (max === 0) continue;
    mean = mean.map((value, i) => value + Math.max(at(cells, i), 0) / max / rows.length);
  }
  const square = resizeInto(new Float64Array(side * side), mean, { height, width }, { height: side, width: side });
  return Array.from(square, (value) => Math.round(value * 1000) / 1000);
}

const rowNames = ['upper', '', 'lower'];
const columnNames = ['left', '', 'right'];

/** Where a mean heatmap is bright, in words: `lower right corner`, `centre`, `left side`, `all over`. */
export function placeOf(heatmap: MeanHeatmap): string {
  const max = heatmap.reduce((most, value) => Math.max(most, value), 0);
  if (max === 0) return 'nowhere';
  const bright = heatmap.map((value) => (value >= max / 2 ? value : 0));
  if (bright.filter((value) => value > 0).length > heatmap.length / 2) return 'all over';
  const total = bright.reduce((sum, value) => sum + value, 0);
  const third = (moment: (cell: number) => number) =>
    Math.min(
      2,
      Math.floor((bright.reduce((sum, value, cell) => sum + value * (moment(cell) + 0.5), 0) / total / side) * 3),
    );
  const row = third((cell) => Math.floor(cell / side));
  const column = third((cell) => cell % side);
  const [vertical = '', horizontal = ''] = [rowNames[row], columnNames[column]];
  if (vertical !== '' && horizontal !== '') return `${vertical} ${horizontal} corner`;
  if (horizontal !== '') return `${horizontal} side`;
  return vertical === '' ? 'centre' : `${vertical} edge`;
}
