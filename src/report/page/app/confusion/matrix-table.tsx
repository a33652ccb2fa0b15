import { at } from '../../../../explain/at.ts';
import { linkToView } from '../../../../shared/page/route.ts';
import { count, percent } from '../../../../shared/page/text.ts';
import { type HeatCell, HeatTable } from '../parts/heat-table.tsx';
import { useReport } from '../report-context.ts';
import type { Matrix } from './matrix.ts';

export function MatrixTable({ matrix }: { matrix: Matrix }) {
  const { className } = useReport();
  const { classes } = matrix;

  const cell = (row: number, column: number): HeatCell | null => {
    const images = at(matrix.counts, row * classes.length + column);
    if (images === 0) return null;
    const [label, predicted] = [at(classes, row), at(classes, column)];
    const share = images / Math.max(1, at(matrix.totals, row));
    const words =
      label === predicted
        ? `${count(images)} correct ${className(label)}, ${percent(share)}`
        : `${count(images)} ${className(label)} taken for ${className(predicted)}, ${percent(share)}`;
    return {
      images,
      link: linkToView('images', { label, predicted }),
      words,
      tone: label === predicted ? 'right' : 'wrong',
      shade: Math.sqrt(share),
    };
  };

  return (
    <HeatTable classes={classes} label="Confusion matrix" corner="true ↓ predicted →" cell={cell} none="0 images" />
  );
}
