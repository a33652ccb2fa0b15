/** @throws Error when the option `--<name>` is not a whole number */
export function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} takes a whole number; it is '${text}'.`);
  return Number(text);
}
