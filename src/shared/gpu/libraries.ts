/** Looks for shared libraries as the dynamic linker does (ld.so(8)): LD_LIBRARY_PATH, then the cache of /etc/ld.so.conf. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Machine, printed } from './machine.ts';

export interface LibraryPlace {
  /** As the linker asks for it: `libcudart.so.13`. */
  name: string;
  /** Null: it is not found. */
  path: string | null;
}

/** Every library that the linker finds, its first place by its name. */
export class LinkerPath {
  readonly #places: ReadonlyMap<string, string>;

  private constructor(places: ReadonlyMap<string, string>) {
    this.#places = places;
  }

  static async read(machine: Machine): Promise<LinkerPath> {
    const places = new Map<string, string>();
    const add = (name: string, path: string) => places.has(name) || places.set(name, path);
    for (const folder of (machine.environment.LD_LIBRARY_PATH ?? '').split(/[:;]/)) {
      if (folder === '' || !existsSync(folder)) continue;
      for (const name of readdirSync(folder)) if (name.includes('.so')) add(name, join(folder, name));
    }
    const cache = (await printed(machine, 'ldconfig', ['-p'])) ?? '';
    // "libz.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libz.so.1"; those of other processors say so in the brackets.
    for (const [, name = '', path = ''] of cache.matchAll(/^\s*(\S+) \([^)]*x86-64[^)]*\) => (.+)$/gm)) add(name, path);
    return new LinkerPath(places);
  }

  find(name: string): LibraryPlace {
    return { name, path: this.#places.get(name) ?? null };
  }

  /** Versions of a library that are there: of `libcudart.so.13`, `['12']` where there is only `libcudart.so.12`. */
  versionsOf(name: string): string[] {
    const stem = name.replace(/\.so\..*$/, '.so.');
    const versions = [...this.#places.keys()].filter((other) => other.startsWith(stem));
    return [...new Set(versions.map((other) => other.slice(stem.length).split('.')[0] ?? ''))].sort();
  }
}

/** What a library needs, and where the linker finds it; null where `ldd` does not say. */
export async function needsOf(machine: Machine, library: string): Promise<LibraryPlace[] | null> {
  const text = await printed(machine, 'ldd', [library]);
  if (text === null) return null;
  // "libcudart.so.13 => /usr/local/cuda/lib64/libcudart.so.13 (0x00007f...)" or "libcudart.so.13 => not found".
  return [...text.matchAll(/^\s*(\S+) => (not found|.+?)(?: \(0x[0-9a-f]+\))?$/gm)].map(([, name = '', path = '']) => ({
    name,
    path: path === 'not found' ? null : path,
  }));
}
