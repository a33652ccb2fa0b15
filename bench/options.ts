/** @throws Error when the option `--<name>` is not a whole number */
export function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} takes a whole number; it is '${text}'.`);
  return Number(text);
}

/** What a comma-separated option names, of what there is to choose. @throws Error when the option `--<name>` names something else */
export function choices<T extends string>(name: string, text: string, known: readonly T[]): T[] {
  return text.split(',').map((part) => {
    const choice = known.find((one) => one === part);
    if (choice === undefined) throw new Error(`--${name} takes ${known.join(', ')}; it holds '${part}'.`);
    return choice;
  });
}
