/** A module around a node: its path as in `named_modules()`, and its type where the exporter noted it. */
export interface Scope {
  path: string;
  type?: string;
}
