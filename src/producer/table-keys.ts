/** Rows of a table by their keys, for images whose keys may be written in another way. */

import { UserError } from '../explain/user-error.ts';
import { splitLocation } from '../shared/store/location.ts';
import { keyBelow } from './list-images.ts';

/** How the keys of a table become those of images: `./` goes, and so does the folder of the input. */
export function imageKeys(input: string, isFolder: boolean): (key: string) => string {
  return keyBelow(isFolder ? input : splitLocation(input).folder);
}

/** How the table has what an image is called: behind a beginning, with or without its ending. */
interface Form {
  prefix: string;
  hasEnding: boolean;
}

const mostShown = 3;

/**
 * Looks keys up as they are, and as a Mac composes their letters and Windows separates folders: tables are mostly composed. Where none of the
 * images is found so, one beginning that all of their keys lack, or an ending that the table lacks, may be settled on.
 */
export class TableKeys<Row> {
  readonly #location: string;
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #plain: ReadonlyMap<string, Row>;
  #form: Form | null = null;

  /** @param location of the table, for messages */
  constructor(location: string, rows: ReadonlyMap<string, Row>) {
    this.#location = location;
    this.#rows = rows;
    this.#plain = new Map([...rows].map(([key, row]) => [plain(key), row]));
  }

  find(key: string): Row | undefined {
    const own = this.#rows.get(key) ?? this.#plain.get(plain(key));
    return own !== undefined || this.#form === null ? own : this.#plain.get(written(plain(key), this.#form));
  }

  /** A key as the table has it. */
  get example(): string | undefined {
    return this.#rows.keys().next().value;
  }

  /**
   * Finds out how the table calls the images, where it does not call them by their keys.
   * @param images the first keys of the run
   * @returns what was settled on, in words; null where there is nothing to say
   * @throws UserError `ambiguous-keys` where several beginnings fit
   */
  settle(images: readonly string[]): string | null {
    if (images.length === 0 || images.some((key) => this.find(key) !== undefined)) return null;
    const wanted = images.map(plain);
    for (const hasEnding of [true, false]) {
      const prefixes = this.#prefixesOf(new Set(hasEnding ? wanted : wanted.map(withoutEnding)));
      const [prefix, ...others] = prefixes;
      if (prefix === undefined) continue;
      if (others.length > 0) throw this.#ambiguous(prefixes, wanted);
      this.#form = { prefix, hasEnding };
      return this.#settled(this.#form);
    }
    return null;
  }

  /** What stands in the table before these keys. */
  #prefixesOf(keys: ReadonlySet<string>): string[] {
    const found = new Set<string>();
    for (const key of this.#plain.keys()) {
      if (keys.has(key)) found.add('');
      for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
        if (keys.has(key.slice(slash + 1))) found.add(key.slice(0, slash + 1));
      }
    }
    return [...found];
  }

  #settled({ prefix, hasEnding }: Form): string {
    const lacking = [
      ...(prefix === '' ? [] : [`begin with '${prefix}', which the images' keys do not`]),
      ...(hasEnding ? [] : ["have no endings, which the images' keys have"]),
    ];
    return `Keys in ${this.#location} ${lacking.join(', and ')}: rows and images are matched without.`;
  }

  #ambiguous(prefixes: readonly string[], [image = '']: readonly string[]): UserError {
    const shown = prefixes.slice(0, mostShown).map((prefix) => `'${prefix}'`);
    return new UserError(
      'ambiguous-keys',
      `${this.#location} names images as the run does, but behind several beginnings (${shown.join(', ')}${prefixes.length > mostShown ? ', ...' : ''}), so it is unclear which of its rows are meant. ` +
        `Write its keys as the run has them, such as ${image}, or give the folder above as the input.`,
    );
  }
}

function plain(key: string): string {
  return key.normalize('NFC').replaceAll('\\', '/');
}

function withoutEnding(key: string): string {
  return key.replace(/\.[^./]+$/, '');
}

function written(key: string, { prefix, hasEnding }: Form): string {
  return `${prefix}${hasEnding ? key : withoutEnding(key)}`;
}
