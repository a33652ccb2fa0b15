import { describe, expect, test } from 'vitest';
import { parseMaxFailures, tooManyFailures } from '../../../src/shared/run/max-failures.ts';

const totals = (done: number, quarantined: number, missing = 0, expected: number | null = 10_000) => ({
  settledShards: 1,
  shards: 10,
  expected,
  done,
  quarantined,
  labelled: 0,
  correct: 0,
  missing,
});

describe('--max-failures', () => {
  test('takes a number of images or a share of them', () => {
    expect(parseMaxFailures('20')).toEqual({ images: 20 });
    expect(parseMaxFailures('0')).toEqual({ images: 0 });
    expect(parseMaxFailures('2.5%')).toEqual({ percent: 2.5 });
    for (const text of ['', '5 %', '-1', '1.5', '101%', 'many']) {
      expect(() => parseMaxFailures(text), text).toThrow(/--max-failures takes a number of images or a share/);
    }
  });

  test('a number is exceeded by one image more, and missing images count', () => {
    expect(tooManyFailures({ images: 5 }, totals(0, 5))).toBe(null);
    expect(tooManyFailures({ images: 5 }, totals(0, 4, 2))).toMatch(/^6 images failed, more than the 5/);
  });

  test('a share is of the settled images, once there are enough of them', () => {
    const limit = { percent: 5 };
    expect(tooManyFailures(limit, totals(0, 199))).toBe(null);
    expect(tooManyFailures(limit, totals(190, 10))).toBe(null);
    expect(tooManyFailures(limit, totals(189, 11))).toMatch(/^11 of 200 images failed, more than the 5%/);
  });

  test('a share of a small run is judged when all of it is settled', () => {
    const limit = { percent: 5 };
    expect(tooManyFailures(limit, totals(0, 19, 0, 20))).toBe(null);
    expect(tooManyFailures(limit, totals(18, 2, 0, 20))).toMatch(/^2 of 20 images failed/);
  });
});
