import { describe, expect, test } from 'vitest';
import { planCarefully } from '../../../src/worker/fleet/crash-policy.ts';

const shard = { number: 3, images: ['a', 'b', 'c', 'd'].map((key, label) => ({ key, label })) };
const names = (label: number) => `class ${label}`;

describe('after a crash', () => {
  test('images are tried in order, those under suspicion first', () => {
    expect(planCarefully(shard, 1, [], 2, names).order).toEqual([0, 1, 2, 3]);
    expect(planCarefully(shard, 2, [{ place: 2, key: 'c', crashes: 1 }], 2, names).order).toEqual([2, 0, 1, 3]);
  });

  test('an image is blamed after as many crashes as the limit says', () => {
    const suspects = [
      { place: 1, key: 'b', crashes: 2 },
      { place: 2, key: 'c', crashes: 1 },
    ];
    const { blamed, hopeless } = planCarefully(shard, 4, suspects, 2, names);
    expect([...blamed.keys()]).toEqual([1]);
    expect(blamed.get(1)).toMatchObject({ key: 'b', status: 'quarantined', label: 1, labelName: 'class 1' });
    expect(blamed.get(1)?.error.code).toBe('crashed-worker');
    expect(hopeless).toBe(false);
  });

  test('a shard is hopeless after many crashes that no image explains', () => {
    const suspects = [{ place: 1, key: 'b', crashes: 30 }];
    expect(planCarefully(shard, 39, suspects, 2, names).hopeless).toBe(false);
    expect(planCarefully(shard, 40, suspects, 2, names).hopeless).toBe(true);
  });
});
