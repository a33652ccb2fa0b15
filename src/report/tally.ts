/** How often each key was counted; 0 for a key that never was. Keys are in the order of their first count. */
export class Tally<Key> extends Map<Key, number> {
  add(key: Key, by = 1): void {
    this.set(key, this.of(key) + by);
  }

  of(key: Key): number {
    return this.get(key) ?? 0;
  }
}
