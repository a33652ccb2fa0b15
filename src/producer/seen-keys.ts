import { createHash } from 'node:crypto';

/**
 * Remembers which keys it has seen in about 16 bytes each, whatever their length: open addressing over 64 bits of their
 * SHA-1. Two of a million different keys are taken for one with a probability of 3 in 100 million.
 */
export class SeenKeys {
  #slots = new BigUint64Array(1024);
  #count = 0;

  /** @returns whether the key is new */
  add(key: string): boolean {
    // Zero marks a free slot.
    const hash = createHash('sha1').update(key).digest().readBigUInt64LE() || 1n;
    if (!place(this.#slots, hash)) return false;
    this.#count += 1;
    if (this.#count * 2 > this.#slots.length) this.#grow();
    return true;
  }

  get size(): number {
    return this.#count;
  }

  #grow(): void {
    const larger = new BigUint64Array(this.#slots.length * 2);
    for (const hash of this.#slots) if (hash !== 0n) place(larger, hash);
    this.#slots = larger;
  }
}

/** The table's length is a power of two. */
function place(slots: BigUint64Array, hash: bigint): boolean {
  let slot = Number(hash & BigInt(slots.length - 1));
  while (slots[slot] !== 0n) {
    if (slots[slot] === hash) return false;
    slot = (slot + 1) % slots.length;
  }
  slots[slot] = hash;
  return true;
}
