/**
 * The built file of a thread, by its name beside the module `moduleUrl`. Null when Gradline runs from its TypeScript sources, as in
 * tests: Node 20 loads no TypeScript in a thread, so the caller does the work itself.
 */
export function threadFile(name: string, moduleUrl: string): URL | null {
  return moduleUrl.endsWith('.js') ? new URL(`./${name}.js`, moduleUrl) : null;
}
