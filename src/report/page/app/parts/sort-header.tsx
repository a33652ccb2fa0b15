interface SortHeaderProps<By extends string> {
  by: By;
  title: string;
  meaning: string;
  order: { by: By; descending: boolean };
  /** Names are sorted from A on at first, numbers from the largest. */
  isText: boolean;
  onSort: (order: { by: By; descending: boolean }) => void;
}

/** A column's head that sorts the table; again for the other direction. */
export function SortHeader<By extends string>({ by, title, meaning, order, isText, onSort }: SortHeaderProps<By>) {
  const active = order.by === by;
  return (
    <th
      scope="col"
      class={isText ? '' : 'number'}
      aria-sort={active ? (order.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        class="sort"
        title={meaning}
        onClick={() => onSort({ by, descending: active ? !order.descending : !isText })}
      >
        {title}
        <span aria-hidden="true">{active ? (order.descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}
