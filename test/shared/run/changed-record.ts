/** Changes one field, or removes it with undefined, as a file on disk would show it. */
export function changed(record: object, path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(record));
  const parts = path.split('.');
  const owner = parts.slice(0, -1).reduce((object, part) => object[part], copy);
  owner[parts.at(-1) ?? ''] = value;
  return JSON.parse(JSON.stringify(copy));
}
