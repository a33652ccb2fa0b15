import { describe, expect, it } from 'vitest';
import type { Measurements } from '../../../src/interventions/statistics/statistics.ts';
import { haveLook } from '../../../src/report/interventions/have-look.ts';
import { lookPlaces } from '../../../src/report/interventions/look-places.ts';
import { scattered } from '../clusters/scattered-points.ts';

/** Pictures about one brightness and one colour, each as far from it as chance will have it. */
function pictures(count: number, light: number, colour: readonly number[], seed: number): Measurements[] {
  return scattered(count, [light, ...colour], seed).map(
    ([own = 0, ...rest]) =>
      new Map([
        ['light', [own]],
        ['colour', rest],
      ]),
  );
}

const usual = pictures(40, 0, [0, 0, 0], 1);
const cast = (count: number, seed: number) => pictures(count, 0, [0, -6, 6], seed);
const plain = (count: number, seed: number) => pictures(count, 0, [0, 0, 0], seed);
const judged = (names: Parameters<typeof lookPlaces>[0], own: Measurements[], others: Measurements[]) => {
  const places = lookPlaces(names, { own, others, usual });
  if (places === null) throw new Error('There is no look.');
  return haveLook(places);
};
const count = (found: readonly boolean[]) => found.filter(Boolean).length;

describe('the look of a cluster', () => {
  it('tells its images that have it from those that do not', () => {
    const { own } = judged(['colour'], [...cast(20, 2), ...plain(9, 3)], []);
    expect(count(own.slice(0, 20))).toBe(20);
    expect(count(own.slice(20))).toBe(0);
  });

  it('is found in other mistakes, few or many', () => {
    for (const having of [3, 30]) {
      const { others } = judged(['colour'], cast(20, 2), [...cast(having, 4), ...plain(30, 5)]);
      expect(count(others.slice(0, having))).toBe(having);
      expect(count(others.slice(having))).toBe(0);
    }
  });

  it('is in no other mistake where none has it', () => {
    expect(count(judged(['colour'], cast(20, 2), plain(60, 6)).others)).toBe(0);
  });

  it('counts by each statistic as far as it sets the cluster apart', () => {
    const { own, others } = judged(['light', 'colour'], [...cast(20, 2), ...plain(6, 3)], cast(5, 7));
    expect([count(own.slice(0, 20)), count(own.slice(20)), count(others)]).toEqual([20, 0, 5]);
  });

  it('is none where the cluster looks as usual images do', () => {
    const same: Measurements = new Map([['light', [0.4]]]);
    expect(lookPlaces(['light'], { own: [same, same], others: [], usual: [same, same, same] })).toBeNull();
  });
});
