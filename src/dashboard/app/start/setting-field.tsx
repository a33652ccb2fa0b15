import type { FormSetting } from '../../contract.ts';

interface SettingFieldProps {
  setting: FormSetting;
  /** Empty: as usual. A switch is `on` or `off`. */
  value: string;
  /** Why the value was refused. */
  refusal: string | null;
  onChange: (value: string) => void;
}

export function SettingField({ setting, value, refusal, onChange }: SettingFieldProps) {
  const { name, help, usual, required } = setting;
  const about = [`${name}-help`, ...(refusal === null ? [] : [`${name}-refusal`])].join(' ');
  const shared = {
    ...{ id: `setting-${name}`, name, value, required },
    'aria-invalid': refusal !== null,
    'aria-describedby': about,
  };
  const options = optionsOf(setting);
  return (
    <div class={`setting ${refusal === null ? '' : 'refused'}`}>
      <label for={shared.id}>
        {name}
        {required && <span class="muted"> (required)</span>}
      </label>
      {options === null ? (
        <input
          {...shared}
          type="text"
          placeholder={usual}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      ) : (
        <select {...shared} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === value}>
              {option.text}
            </option>
          ))}
        </select>
      )}
      <p id={`${name}-help`} class="muted">
        {help}
      </p>
      {refusal !== null && (
        <p id={`${name}-refusal`} class="refusal">
          {refusal}
        </p>
      )}
    </div>
  );
}

/** The first is what happens where nothing is chosen. Null for a setting that is written. */
function optionsOf({ on, choices, usual }: FormSetting): { value: string; text: string }[] | null {
  if (on !== null) {
    return [
      { value: '', text: `as usual: ${on ? 'on' : 'off'}` },
      { value: 'on', text: 'on' },
      { value: 'off', text: 'off' },
    ];
  }
  if (choices === null) return null;
  const asUsual = { value: '', text: usual === '' ? 'as usual' : `as usual: ${usual}` };
  return [asUsual, ...choices.map((choice) => ({ value: choice, text: choice }))];
}
