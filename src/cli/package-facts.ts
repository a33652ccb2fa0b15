import { readFileSync } from 'node:fs';

export interface PackageFacts {
  version: string;
  /** Where faults are reported; null when package.json does not say. */
  bugs: string | null;
}

/** What package.json says about this installation; it lies two folders up from the source and from the built file alike. */
export function packageFacts(): PackageFacts {
  const content: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const version = textAt(content, 'version') ?? 'unknown';
  return { version, bugs: textAt(content, 'bugs') ?? textAt(valueAt(content, 'bugs'), 'url') };
}

function valueAt(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function textAt(value: unknown, name: string): string | null {
  const found = valueAt(value, name);
  return typeof found === 'string' ? found : null;
}
