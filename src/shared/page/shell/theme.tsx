import { signal } from '@preact/signals';
import { readSetting, writeSetting } from './settings.ts';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const theme = signal<Theme>(themes.find((name) => name === readSetting('theme')) ?? 'system');

theme.subscribe((name) => {
  if (name === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
});

export function ThemeSwitch() {
  return (
    <select
      class="theme"
      aria-label="Colours"
      value={theme.value}
      onChange={({ currentTarget }) => {
        const chosen = themes.find((name) => name === currentTarget.value) ?? 'system';
        theme.value = chosen;
        writeSetting('theme', chosen);
      }}
    >
      {themes.map((name) => (
        <option key={name} value={name} selected={name === theme.value}>
          {name}
        </option>
      ))}
    </select>
  );
}
