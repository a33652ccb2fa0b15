/** Names for classes that other programs tell apart by name. */

import { Tally } from '../tally.ts';

/** The name of each class; its index where it has none; with its index in brackets where two classes share a name (ImageNet has two cranes). */
export function distinctNames(classNames: readonly (string | null)[]): string[] {
  const used = new Tally<string | null>();
  for (const name of classNames) used.add(name);
  return classNames.map((name, index) => {
    if (name === null || name === '') return String(index);
    return used.of(name) === 1 ? name : `${name} (${index})`;
  });
}
