import { useId } from 'preact/hooks';
import { useReport } from '../report-context.ts';

interface ClassFieldProps {
  name: string;
  value: number | null;
  onChange: (value: number | null) => void;
}

/** A field for a class: typed or chosen by name or index; empty means any. */
export function ClassField({ name, value, onChange }: ClassFieldProps) {
  const report = useReport();
  const list = useId();
  const text = value === null ? '' : report.className(value);
  const choose = (typed: string) => {
    if (typed === '') return onChange(null);
    const found = classByText(report.findings.classNames, typed);
    if (found !== null) onChange(found);
  };
  return (
    <label class="field">
      <span>{name}</span>
      <input
        type="search"
        list={list}
        placeholder="any class"
        value={text}
        onChange={(event) => choose(event.currentTarget.value.trim())}
      />
      <datalist id={list}>
        {report.findings.classes.map((one) => (
          <option key={one.class} value={report.className(one.class)} />
        ))}
      </datalist>
    </label>
  );
}

/** By name, then by index (`12`, `class 12`), then by the only name that holds the text. */
function classByText(names: readonly (string | null)[], text: string): number | null {
  const exact = names.indexOf(text);
  if (exact >= 0) return exact;
  const index = /^(?:class )?(\d+)$/.exec(text)?.[1];
  if (index !== undefined) return Number(index);
  const part = text.toLowerCase();
  const holding = names.flatMap((name, place) => (name?.toLowerCase().includes(part) ? [place] : []));
  return holding.length === 1 ? (holding[0] ?? null) : null;
}
