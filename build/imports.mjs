// What a source file imports, types included. The check of the imports and the projects of the tests (vitest.config.ts) stand on it.
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync } from 'vite';

/** The specifiers of a TypeScript file's imports and re-exports, those of `import()` included; without those that only types need, if so asked. */
function specifiersOf(file, types) {
  const source = readFileSync(file, 'utf8');
  const { module } = parseSync(file, source);
  const wanted = (entry) => types || !entry.isType;
  const imports = module.staticImports.filter(({ entries }) => entries.length === 0 || entries.some(wanted));
  const exports = module.staticExports.flatMap(({ entries }) => entries.filter(wanted));
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) => source.slice(start + 1, end - 1));
  const requests = [...imports, ...exports].flatMap(({ moduleRequest }) => moduleRequest?.value ?? []);
  return [...new Set([...requests, ...dynamic])];
}

/**
 * What `file` imports: this repository's files as paths from its root, packages and Node's modules (`node:fs`) by name.
 * @param {string} file
 * @param {{ types?: boolean }} options `types`: imports that only types need count too
 * @returns {string[]}
 */
export function importsOf(file, { types = true } = {}) {
  const key = `${types} ${file}`;
  const known = parsed.get(key);
  if (known !== undefined) return known;
  const found = specifiersOf(file, types).map((name) =>
    name.startsWith('.') ? posix.join(posix.dirname(file), name) : name,
  );
  parsed.set(key, found);
  return found;
}

/** Most files are reached by many others. */
const parsed = new Map();

/**
 * Everything that `file` reaches by imports through files for which `follow` holds, itself included.
 * @param {string} file
 * @param {(file: string) => boolean} follow
 * @param {{ types?: boolean }} options as of `importsOf`
 * @param {Set<string>} reached what is known to be reached, and gets the rest
 * @returns {Set<string>}
 */
export function reachedFrom(file, follow, options = {}, reached = new Set()) {
  if (reached.has(file)) return reached;
  reached.add(file);
  if (follow(file)) for (const next of importsOf(file, options)) reachedFrom(next, follow, options, reached);
  return reached;
}
