import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Legend } from '../../../../shared/page/parts/explained.tsx';
import { Progressive } from '../../../../shared/page/parts/progressive.tsx';
import { type ClassOrder, sortClasses } from '../overview/class-order.ts';
import { useReport } from '../report-context.ts';
import { SortHeader } from './sort-header.tsx';

interface SortedClassesProps<Column extends string, Row> {
  classes: readonly Row[];
  columns: readonly { name: Column; title: string; meaning: string }[];
  /** Column that is sorted by at first, the largest first. */
  by: Column;
  /** Of the table. */
  class: string;
  /** Whether the key for searching leads to its field. */
  hasSearchKey: boolean;
  row: (one: Row) => ComponentChildren;
}

/** A table of classes that sorts by any column, with a field to find one where there are many. */
export function SortedClasses<Column extends string, Row extends Record<Column, number | null> & { class: number }>({
  classes,
  columns,
  by,
  class: name,
  hasSearchKey,
  row,
}: SortedClassesProps<Column, Row>) {
  const { className } = useReport();
  const [order, setOrder] = useState<ClassOrder<Column>>({ by, descending: true });
  const [text, setText] = useState('');
  const found = useMemo(() => {
    const wanted = text.toLowerCase();
    const named = classes.filter((one) => className(one.class).toLowerCase().includes(wanted));
    return sortClasses<Column, Row>(named, order, className);
  }, [classes, order, text]);

  const header = (column: Column | 'name', title: string, meaning: string) => (
    <SortHeader
      key={column}
      by={column}
      title={title}
      meaning={meaning}
      order={order}
      isText={column === 'name'}
      onSort={setOrder}
    />
  );
  return (
    <>
      {classes.length > 12 && (
        <label class="field">
          <span>Find a class</span>
          <input
            type="search"
            data-search={hasSearchKey ? '' : undefined}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
      )}
      <Progressive items={found} step={25} key={text}>
        {(shown) => (
          <div class="scroll">
            <table class={name}>
              <thead>
                <tr>
                  {header('name', 'class', 'Name of the class')}
                  {columns.map((column) => header(column.name, column.title, column.meaning))}
                </tr>
              </thead>
              <tbody>{shown.map(row)}</tbody>
            </table>
          </div>
        )}
      </Progressive>
      <Legend terms={columns.map(({ title, meaning }) => ({ name: title, meaning }))} />
    </>
  );
}
