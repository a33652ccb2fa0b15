import { useRef, useState } from 'preact/hooks';
import { at } from '../../../../explain/at.ts';
import { linkToView } from '../../../../shared/page/route.ts';
import { count, percent } from '../../../../shared/page/text.ts';
import { useReport } from '../report-context.ts';
import type { Matrix } from './matrix.ts';

const steps: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** A grid of links; one cell takes part in the tab order, arrow keys move within. */
export function MatrixTable({ matrix }: { matrix: Matrix }) {
  const { className } = useReport();
  const { classes } = matrix;
  const table = useRef<HTMLTableElement>(null);
  const [current, setCurrent] = useState<[number, number]>([0, 0]);
  const size = classes.length;
  const currentRow = Math.min(current[0], size - 1);
  const currentColumn = Math.min(current[1], size - 1);

  const move = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const row = Math.min(Math.max(currentRow + step[0], 0), size - 1);
    const column = Math.min(Math.max(currentColumn + step[1], 0), size - 1);
    setCurrent([row, column]);
    table.current?.querySelector<HTMLElement>(`[data-cell="${row} ${column}"]`)?.focus();
  };

  return (
    <div class="scroll matrix-place">
      <table class="matrix" ref={table} aria-label="Confusion matrix" onKeyDown={move}>
        <thead>
          <tr>
            <td class="corner">
              <span class="muted">true ↓ predicted →</span>
            </td>
            {classes.map((index) => (
              <th key={index} scope="col" title={className(index)}>
                <span>{className(index)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((label, row) => (
            <tr key={label}>
              <th scope="row" title={className(label)}>
                {className(label)}
              </th>
              {classes.map((predicted, column) => {
                const images = at(matrix.counts, row * size + column);
                return (
                  <Cell
                    key={predicted}
                    place={`${row} ${column}`}
                    label={label}
                    predicted={predicted}
                    images={images}
                    share={images / Math.max(1, at(matrix.totals, row))}
                    current={row === currentRow && column === currentColumn}
                    onFocus={() => setCurrent([row, column])}
                  />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  place: string;
  label: number;
  predicted: number;
  images: number;
  share: number;
  current: boolean;
  onFocus: () => void;
}

function Cell({ place, label, predicted, images, share, current, onFocus }: CellProps) {
  const { className } = useReport();
  const tabIndex = current ? 0 : -1;
  const tone = label === predicted ? 'right' : 'wrong';
  if (images === 0) {
    return (
      <td class={`cell none ${tone}`} data-cell={place} tabIndex={tabIndex} onFocus={onFocus} aria-label={`0 images`} />
    );
  }
  const words =
    label === predicted
      ? `${count(images)} correct ${className(label)}, ${percent(share)}`
      : `${count(images)} ${className(label)} taken for ${className(predicted)}, ${percent(share)}`;
  return (
    <td class={`cell ${tone}`} style={{ '--share': String(Math.sqrt(share)) }}>
      <a
        href={linkToView('images', { label, predicted })}
        data-cell={place}
        tabIndex={tabIndex}
        onFocus={onFocus}
        aria-label={words}
        title={words}
      >
        {count(images)}
      </a>
    </td>
  );
}
