import { expect, test } from 'vitest';
import type { SlotShape } from '../../../src/worker/pipeline/image-slots.ts';
import { SlotMemory } from '../../../src/worker/pipeline/slot-memory.ts';

const shape: SlotShape = { height: 4, width: 4, channels: 3, classCount: 2, maps: [], statistics: [] };

test('memory that a run gave back serves the next one, where it is large enough', () => {
  const memory = new SlotMemory();
  const first = memory.take(shape, 4);
  const meanwhile = memory.take(shape, 4);
  expect(meanwhile.buffer).not.toBe(first.buffer);
  memory.giveBack(first);
  const larger = memory.take(shape, 5);
  expect(larger.buffer).not.toBe(first.buffer);
  const smaller = memory.take(shape, 3);
  expect(smaller.buffer).toBe(first.buffer);
  expect([smaller.pixels(2).length, smaller.readResult(2).scores.length]).toEqual([48, 2]);
});

test('no more is kept than two runs need', () => {
  const memory = new SlotMemory();
  const slots = [1, 2, 3].map((count) => memory.take(shape, count));
  const kept = slots.slice(1).map(({ buffer }) => buffer);
  for (const each of slots) memory.giveBack(each);
  const taken = [1, 1, 1].map((count) => memory.take(shape, count).buffer);
  expect(taken.slice(0, 2)).toEqual(kept);
  expect(kept).not.toContain(taken[2]);
});
