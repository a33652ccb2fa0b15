/** Memory of slots, used again by the run that comes next. */

import { ImageSlots, type SlotShape, slotBytes } from './image-slots.ts';

/** Runs follow each other, and two are open for a moment. */
const mostKept = 2;

/**
 * Shared memory goes only once every thread that ever saw it has collected its garbage. Threads that make little of it would hold that of
 * many runs, tens of MiB each.
 */
export class SlotMemory {
  /** The smallest first. */
  readonly #kept: SharedArrayBuffer[] = [];

  /** Slots whose pixels and results may be those of another run, until they are written. */
  take(shape: SlotShape, count: number): ImageSlots {
    const bytes = slotBytes(shape, count);
    const fitting = this.#kept.findIndex(({ byteLength }) => byteLength >= bytes);
    const [buffer] = fitting === -1 ? [] : this.#kept.splice(fitting, 1);
    return new ImageSlots(shape, count, buffer);
  }

  /** Called when no thread reads or writes them any more. */
  giveBack({ buffer }: ImageSlots): void {
    this.#kept.push(buffer);
    this.#kept.sort((a, b) => a.byteLength - b.byteLength);
    if (this.#kept.length > mostKept) this.#kept.shift();
  }
}
