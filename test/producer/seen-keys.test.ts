import { expect, test } from 'vitest';
import { SeenKeys } from '../../src/producer/seen-keys.ts';

test('a key is new once, among many', () => {
  const seen = new SeenKeys();
  const keys = Array.from({ length: 50_000 }, (_, i) => `folder/${i}.jpg`);
  expect(keys.every((key) => seen.add(key))).toBe(true);
  expect(keys.some((key) => seen.add(key))).toBe(false);
  expect(seen.add('')).toBe(true);
  expect(seen.add('é')).toBe(true);
  expect(seen.add('e\u0301')).toBe(true);
  expect(seen.add('é')).toBe(false);
});

test('the latest keys are remembered, and no more than twice as many', () => {
  const seen = new SeenKeys(1_000);
  const key = (i: number) => `${i}.jpg`;
  for (let i = 0; i < 10_500; i += 1) expect(seen.add(key(i))).toBe(true);
  for (let i = 9_500; i < 10_500; i += 1) expect(seen.add(key(i))).toBe(false);
  expect(seen.add(key(8_400))).toBe(true);
});
