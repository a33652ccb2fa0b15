/** Keys without a modifier. They can be switched off: speech input and stray touches type letters. */

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { readSetting, writeSetting } from './settings.ts';

export const singleKeys = signal(readSetting('keys') !== 'off');

export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  writeSetting('keys', on ? 'on' : 'off');
}

/** While the component is shown, runs the action of a pressed key unless someone types into a field or a dialog is open. */
export function useKeys(actions: Record<string, () => void>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      if (!singleKeys.value && event.key.length === 1) return;
      if (document.querySelector('dialog[open]')) return;
      const action = latest.current[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea');
}
