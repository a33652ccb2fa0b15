/** Names for classes that other programs tell apart by name. */

/** The name of each class; its index where it has none; with its index in brackets where two classes share a name (ImageNet has two cranes). */
export function distinctNames(classNames: readonly (string | null)[]): string[] {
  const used = new Map<string, number>();
  for (const name of classNames) if (name !== null) used.set(name, (used.get(name) ?? 0) + 1);
  return classNames.map((name, index) => {
    if (name === null || name === '') return String(index);
    return used.get(name) === 1 ? name : `${name} (${index})`;
  });
}
