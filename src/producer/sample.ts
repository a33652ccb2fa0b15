import { hash } from 'node:crypto';

interface Ticket<Image> {
  /** Random in 0 .. 2^48 - 1, by seed and key alone. */
  rank: number;
  /** Place in the input. */
  position: number;
  image: Image;
}

type AnyTicket = Ticket<{ key: string }>;

/**
 * Draws `size` images at random in one pass, each set of that size with the same probability: those whose hash of seed and key is
 * smallest. So the same images are drawn whatever the order of the input, and an image that is added displaces one at most.
 *
 * @returns the drawn images, or all when there are no more than `size`, in the order of the input
 */
export async function* drawSample<Image extends { key: string }>(
  images: AsyncIterable<Image>,
  size: number,
  seed: number,
): AsyncGenerator<Image> {
  const drawn: Ticket<Image>[] = [];
  let position = 0;
  for await (const image of images) {
    const ticket = { rank: rankOf(image.key, seed), position, image };
    position += 1;
    if (drawn.length < size) {
      drawn.push(ticket);
      rise(drawn, drawn.length - 1);
    } else if (drawn[0] !== undefined && comesBefore(ticket, drawn[0])) {
      drawn[0] = ticket;
      sink(drawn);
    }
  }
  drawn.sort((a, b) => a.position - b.position);
  for (const { image } of drawn) yield image;
}

function rankOf(key: string, seed: number): number {
  return Number.parseInt(hash('sha1', `${seed}\n${key}`).slice(0, 12), 16);
}

function comesBefore(a: AnyTicket, b: AnyTicket): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.image.key < b.image.key;
}

/** A binary heap with the last in rank at its top: children of `i` are `2 i + 1` and `2 i + 2`. */
function rise(heap: AnyTicket[], from: number): void {
  for (let i = from; i > 0; ) {
    const parent = (i - 1) >> 1;
    if (!swapIfLater(heap, parent, i)) return;
    i = parent;
  }
}

function sink(heap: AnyTicket[]): void {
  for (let i = 0; ; ) {
    const [left, right] = [2 * i + 1, 2 * i + 2];
    const [a, b] = [heap[left], heap[right]];
    const child = a !== undefined && b !== undefined && comesBefore(a, b) ? right : left;
    if (!swapIfLater(heap, i, child)) return;
    i = child;
  }
}

/** Exchanges parent and child where the child is later in rank. */
function swapIfLater(heap: AnyTicket[], parent: number, child: number): boolean {
  const [above, below] = [heap[parent], heap[child]];
  if (above === undefined || below === undefined || !comesBefore(above, below)) return false;
  heap[parent] = below;
  heap[child] = above;
  return true;
}
