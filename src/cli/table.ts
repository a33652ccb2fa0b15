/** Columns of text, as wide as their widest entry. */

export interface Column {
  title: string;
  /** `end` for numbers. */
  align?: 'start' | 'end';
}

export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => textWidth(line[column] ?? ''))));
  return lines.map((line) =>
    columns
      .map(({ align }, column) => {
        const text = line[column] ?? '';
        const space = ' '.repeat((widths[column] ?? 0) - textWidth(text));
        return align === 'end' ? space + text : text + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** In code points: one place each on a terminal, except for wide scripts. */
function textWidth(text: string): number {
  return [...text].length;
}

/** Control characters of a name or message would move the cursor. */
export function printable(text: string): string {
  return text.replace(/\p{Control}/gu, ' ');
}
