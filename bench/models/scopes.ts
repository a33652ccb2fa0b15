/**
 * A module path as PyTorch's exporter writes it into node names: a child of a Sequential, which has a number for a name, repeats
 * its parent's name. `layer4.2.conv1` becomes `layer4`, `layer4.2`, `conv1`.
 */
export function scopesOf(module: string): string[] {
  const scopes: string[] = [];
  for (const name of module.split('.')) {
    const parent = scopes.at(-1);
    scopes.push(/^\d+$/.test(name) && parent !== undefined ? `${parent}.${name}` : name);
  }
  return scopes;
}
