import { describe, expect, it } from 'vitest';
import { rateOf } from '../../../src/shared/ledger/rates.ts';

const second = 1000;
const worker = (counts: Record<string, number>, firstSeen = 0) => ({
  name: 'gpu-0',
  images: 0,
  firstSeen,
  lastSeen: 0,
  counts,
});

describe('the rate of a worker', () => {
  it('is over the latest two minutes', () => {
    // Slots 88 to 99 begin at 880 s and end at 1,000 s.
    expect(rateOf(worker({ 88: 600, 99: 600 }), 1000 * second - 1)).toBeCloseTo(10, 3);
  });

  it('leaves out what is older', () => {
    expect(rateOf(worker({ 87: 5000, 88: 600, 99: 600 }), 1000 * second - 1)).toBeCloseTo(10, 3);
  });

  it('is over the time since the worker came, when that is less', () => {
    expect(rateOf(worker({ 99: 64, 100: 64 }, 990 * second), 1006 * second)).toBeCloseTo(8, 6);
  });

  it('is not huge right after the first commit', () => {
    expect(rateOf(worker({ 100: 64 }, 1000 * second), 1000 * second)).toBe(64);
  });

  it('falls to zero when nothing is committed any more', () => {
    expect(rateOf(worker({ 88: 600 }), 2000 * second)).toBe(0);
  });
});
