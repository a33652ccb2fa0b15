import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { count } from '../../../../shared/page/text.ts';
import { useReport } from '../report-context.ts';

interface HeatTableProps {
  /** Class indices of rows and columns. */
  classes: readonly number[];
  label: string;
  /** What rows and columns are. */
  corner: ComponentChildren;
  /** Null: an empty cell. @param row place of its class in `classes` */
  cell: (row: number, column: number) => HeatCell | null;
  /** Of an empty cell, for those who cannot see that it is empty. */
  none: string;
}

export interface HeatCell {
  images: number;
  link: string;
  words: string;
  tone: 'right' | 'wrong';
  /** Strength of the colour, 0 to 1. */
  shade: number;
}

const steps: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Class against class: a grid of links; one cell takes part in the tab order, arrow keys move within. */
export function HeatTable({ classes, label, corner, cell, none }: HeatTableProps) {
  const { className } = useReport();
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
      <table class="matrix" ref={table} aria-label={label} onKeyDown={move}>
        <thead>
          <tr>
            <td class="corner">
              <span class="muted">{corner}</span>
            </td>
            {classes.map((index) => (
              <th key={index} scope="col" title={className(index)}>
                <span>{className(index)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((rowClass, row) => (
            <tr key={rowClass}>
              <th scope="row" title={className(rowClass)}>
                {className(rowClass)}
              </th>
              {classes.map((columnClass, column) => (
                <Cell
                  key={columnClass}
                  place={`${row} ${column}`}
                  isDiagonal={row === column}
                  cell={cell(row, column)}
                  none={none}
                  current={row === currentRow && column === currentColumn}
                  onFocus={() => setCurrent([row, column])}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  place: string;
  isDiagonal: boolean;
  cell: HeatCell | null;
  none: string;
  current: boolean;
  onFocus: () => void;
}

function Cell({ place, isDiagonal, cell, none, current, onFocus }: CellProps) {
  const tabIndex = current ? 0 : -1;
  if (cell === null) {
    return (
      <td
        class={`cell none ${isDiagonal ? 'right' : 'wrong'}`}
        data-cell={place}
        tabIndex={tabIndex}
        onFocus={onFocus}
        aria-label={none}
      />
    );
  }
  const { images, link, words, tone, shade } = cell;
  return (
    <td class={`cell ${tone}`} style={{ '--share': String(shade) }}>
      <a href={link} data-cell={place} tabIndex={tabIndex} onFocus={onFocus} aria-label={words} title={words}>
        {count(images)}
      </a>
    </td>
  );
}
