/** The one meaning of a class's name, for labels, targets and regions alike. */

import { didYouMean } from './nearest-names.ts';
import { UserError } from './user-error.ts';

/**
 * The classes of a model. A name or an id of its own, such as WordNet's `n02012849`, is found as it is written; else without
 * regard to case, underscores, and the amount of white space (`Tabby_Cat` finds `tabby cat`). `#281` is always an index; `281` is
 * one where no class has a number for its name, or the class at that index has the same one. `281.0`, as pandas writes indices in a column with
 * gaps, is `281`.
 */
export class ClassNames {
  readonly names: readonly string[];
  /** What classes are called besides, by index; null where the list has none. */
  readonly ids: readonly string[] | null;
  readonly #source: string;
  readonly #exact = new Map<string, Set<number>>();
  readonly #folded = new Map<string, Set<number>>();
  readonly #numbered: boolean;

  /** @param source where the names come from, for messages */
  constructor(names: readonly string[], source: string, ids: readonly string[] | null = null) {
    this.names = names;
    this.ids = ids;
    this.#source = source;
    this.#numbered = names.some((name) => numeral.test(name.trim()));
    for (const list of [names, ids ?? []]) {
      list.forEach((name, index) => {
        append(this.#exact, name, index);
        append(this.#folded, fold(name), index);
      });
    }
  }

  /** The name of a class, or null when the list is shorter. */
  className(index: number): string | null {
    return this.names[index] ?? null;
  }

  /** Whether `name` is one, or the name of several. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** @throws UserError `unknown-class`, `ambiguous-class` */
  classIndex(name: string): number {
    const found = this.#find(name);
    if (found === undefined) return this.#indexOf(name);
    const [index, another] = found;
    if (index === undefined || another !== undefined) {
      const candidates = [...found].map((each) => {
        const id = this.ids?.[each];
        return `#${each} (${id === undefined ? '' : `${id}, `}${this.names[each] ?? ''})`;
      });
      throw new UserError(
        'ambiguous-class',
        `Class '${name}' stands for several classes in ${this.#source}: ${candidates.join(', ')}. Give the index instead, as ${candidates[0]?.split(' ')[0]}.`,
      );
    }
    return index;
  }

  #find(name: string): ReadonlySet<number> | undefined {
    return this.#exact.get(name) ?? this.#folded.get(fold(name));
  }

  #indexOf(name: string): number {
    const index = parseClassIndex(name);
    if (index === null) {
      throw new UserError(
        'unknown-class',
        `Class '${name}' is not in ${this.#source}.${didYouMean(name, [...this.names, ...(this.ids ?? [])])}`,
      );
    }
    const isWritten = name.trim().startsWith('#');
    if (this.#numbered && !isWritten && parseClassIndex(this.names[index] ?? '') !== index) {
      throw new UserError(
        'unknown-class',
        `Class '${name}' is not in ${this.#source}, whose classes have numbers for names: whether it is a name or an index is unclear. ` +
          `Write #${index} for the class at index ${index}.`,
      );
    }
    if (index < this.names.length) return index;
    throw new UserError(
      'unknown-class',
      isWritten
        ? `There is no class ${name}: ${this.#source} has ${this.names.length}, counted from #0.`
        : `Class '${name}' is neither a name in ${this.#source} nor an index below ${this.names.length}.`,
    );
  }
}

/** The names that a caller gives as lists; null where there are none. */
export function namesOf({ classNames, classIds }: { classNames?: string[]; classIds?: string[] }): ClassNames | null {
  return classNames === undefined ? null : new ClassNames(classNames, 'the class names', classIds ?? null);
}

/** A whole number, perhaps with noughts behind a point. */
const numeral = /^\d{1,9}(\.0+)?$/;

/** A class index written in digits, with `#` before them, `.0` behind them, or neither; null for anything else. */
export function parseClassIndex(text: string): number | null {
  const bare = text.trim().replace(/^#(?=\d+$)/, '');
  return numeral.test(bare) ? Number(bare) : null;
}

function fold(name: string): string {
  return name
    .normalize('NFC')
    .replace(/[\s_]+/gu, ' ')
    .trim()
    .toLowerCase();
}

function append(table: Map<string, Set<number>>, name: string, index: number): void {
  const found = table.get(name);
  if (found === undefined) table.set(name, new Set([index]));
  else found.add(index);
}
