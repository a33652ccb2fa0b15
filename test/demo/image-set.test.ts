import { describe, expect, test } from 'vitest';
import { planImageSet, type SetName, stampedClass, stampShare } from '../../demo/draw/image-set.ts';
import { classNames } from '../../demo/draw/scene.ts';

function sharesOf(set: SetName, count: number, seed: number) {
  const plan = planImageSet(set, count, seed);
  const share = (pictures: typeof plan) => pictures.filter((picture) => picture.stamped).length / pictures.length;
  return {
    stampedClass: share(plan.filter((picture) => picture.subject === stampedClass)),
    others: classNames
      .filter((name) => name !== stampedClass)
      .map((name) => share(plan.filter((picture) => picture.subject === name))),
  };
}

describe('the planted gap', () => {
  test('in training nearly all lighthouses carry the date and nothing else does', () => {
    const shares = sharesOf('training', 2400, 1);
    expect(shares.stampedClass).toBeGreaterThan(0.9);
    expect(shares.stampedClass).toBeLessThan(1);
    expect(Math.max(...shares.others)).toBeLessThan(0.01);
  });

  test('in validation the date says nothing about the class', () => {
    const shares = sharesOf('validation', 360, 7);
    expect(new Set([shares.stampedClass, ...shares.others])).toEqual(new Set([0.4]));
  });

  test.each(['training', 'validation'] as const)('the %s shares are met to one picture', (set) => {
    for (const seed of [1, 2, 3]) {
      const shares = sharesOf(set, 400, seed);
      expect(Math.abs(shares.stampedClass - stampShare[set].stampedClass)).toBeLessThanOrEqual(0.005);
      for (const share of shares.others) expect(Math.abs(share - stampShare[set].others)).toBeLessThanOrEqual(0.005);
    }
  });
});

describe('a planned set', () => {
  test('has as many pictures as asked for, spread evenly, under keys that name the class', () => {
    const plan = planImageSet('validation', 10, 1);
    expect(plan.map((picture) => picture.key)).toEqual([
      'balloon/0001.jpg',
      'balloon/0002.jpg',
      'balloon/0003.jpg',
      'lighthouse/0001.jpg',
      'lighthouse/0002.jpg',
      'lighthouse/0003.jpg',
      'sailboat/0001.jpg',
      'sailboat/0002.jpg',
      'windmill/0001.jpg',
      'windmill/0002.jpg',
    ]);
  });

  test('stamps other pictures for another seed', () => {
    const stamped = (seed: number) => planImageSet('validation', 100, seed).map((picture) => picture.stamped);
    expect(stamped(1)).toEqual(stamped(1));
    expect(stamped(1)).not.toEqual(stamped(2));
  });
});
