import { hash } from 'node:crypto';

/** Keys that are remembered for certain. Memory stays below 200 MiB however many keys come. */
const rememberedKeys = 1 << 22;

/**
 * Remembers the latest keys in about 16 bytes each, whatever their length: at least the last `remembered` different ones, and at
 * most twice as many. Two of a million different keys are taken for one with a probability of 3 in 100 million.
 */
export class SeenKeys {
  readonly #remembered: number;
  #latest = new HashTable();
  #earlier = new HashTable();

  constructor(remembered = rememberedKeys) {
    this.#remembered = remembered;
  }

  /** @returns whether the key is new */
  add(key: string): boolean {
    // As text with a character for each byte: a buffer takes longer to make than the hash.
    const digest = hash('sha1', key, 'binary');
    // Zero marks a free slot.
    const [low, high] = [word(digest, 0) || 1, word(digest, 4)];
    if (this.#earlier.has(low, high) || !this.#latest.add(low, high)) return false;
    if (this.#latest.size >= this.#remembered) {
      this.#earlier = this.#latest;
      this.#latest = new HashTable();
    }
    return true;
  }
}

/** Four bytes as a number. */
function word(bytes: string, at: number): number {
  const low = bytes.charCodeAt(at) | (bytes.charCodeAt(at + 1) << 8) | (bytes.charCodeAt(at + 2) << 16);
  return (low | (bytes.charCodeAt(at + 3) << 24)) >>> 0;
}

/** Open addressing over hashes of 64 bits, each as two halves: BigInt would take longer than the hash itself. */
class HashTable {
  size = 0;
  #slots = new Uint32Array(2 * 1024);

  has(low: number, high: number): boolean {
    return this.#slots[this.#slotOf(low, high)] !== 0;
  }

  /** @returns whether it was not there */
  add(low: number, high: number): boolean {
    const slot = this.#slotOf(low, high);
    if (this.#slots[slot] !== 0) return false;
    this.#slots[slot] = low;
    this.#slots[slot + 1] = high;
    this.size += 1;
    if (this.size * 4 > this.#slots.length) this.#grow();
    return true;
  }

  /** Where the hash is, or the free slot where it belongs. */
  #slotOf(low: number, high: number): number {
    const slots = this.#slots;
    const last = slots.length - 2;
    let slot = (low * 2) & last;
    while (slots[slot] !== 0 && (slots[slot] !== low || slots[slot + 1] !== high)) slot = (slot + 2) & last;
    return slot;
  }

  #grow(): void {
    const smaller = this.#slots;
    this.#slots = new Uint32Array(smaller.length * 2);
    for (let i = 0; i < smaller.length; i += 2) {
      const [low = 0, high = 0] = [smaller[i], smaller[i + 1]];
      if (low === 0) continue;
      const slot = this.#slotOf(low, high);
      this.#slots[slot] = low;
      this.#slots[slot + 1] = high;
    }
  }
}
