import { useEffect, useId, useState } from 'preact/hooks';

interface TypedFieldProps {
  name: string;
  value: string;
  placeholder?: string;
  /** Offered; other texts may be typed. */
  offered: readonly string[];
  onChange: (value: string) => void;
}

/** Offered at most: browsers become slow with a list of tens of thousands. */
const mostOffered = 2_000;

/** A field for a name that is typed or chosen, taken when it is left or Enter is pressed. */
export function TypedField({ name, value, placeholder, offered, onChange }: TypedFieldProps) {
  const list = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <label class="field">
      <span>{name}</span>
      <input
        type="search"
        list={list}
        autocomplete="off"
        placeholder={placeholder}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          // A choice from the list needs no Enter.
          if (offered.includes(event.currentTarget.value)) onChange(event.currentTarget.value);
        }}
        onChange={(event) => onChange(event.currentTarget.value.trim())}
      />
      <datalist id={list}>
        {offered.slice(0, mostOffered).map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </label>
  );
}
