import { describe, expect, it } from 'vitest';
import { confusionMatrix } from '../../../src/report/page/app/confusion/matrix.ts';

describe('the shown part of a confusion matrix', () => {
  const confusion = [
    { label: 0, predicted: 0, count: 50 },
    { label: 3, predicted: 5, count: 9 },
    { label: 0, predicted: 1, count: 6 },
    { label: 5, predicted: 3, count: 4 },
    { label: 2, predicted: 4, count: 1 },
    { label: 6, predicted: 6, count: 1 },
  ];

  it('is that of the most frequent pairs, confused classes beside each other', () => {
    const { classes, counts, totals } = confusionMatrix(confusion, 4, null);
    expect(classes).toEqual([3, 5, 0, 1]);
    expect(counts).toEqual([0, 9, 0, 0, 4, 0, 0, 0, 0, 0, 50, 6, 0, 0, 0, 0]);
    expect(totals).toEqual([9, 4, 56, 0]);
  });

  it('has classes without mistakes where there is room', () => {
    expect(confusionMatrix(confusion, 10, null).classes).toEqual([3, 5, 0, 1, 2, 4, 6]);
  });

  it('is that of chosen classes and those that they are confused with', () => {
    expect(confusionMatrix(confusion, 10, new Set([4])).classes).toEqual([4, 2]);
    expect(confusionMatrix(confusion, 10, new Set([6])).classes).toEqual([]);
  });

  it('stays within its size with a thousand classes', () => {
    const many = Array.from({ length: 1000 }, (_, label) => ({ label, predicted: (label + 1) % 1000, count: 1 }));
    expect(confusionMatrix(many, 20, null).classes).toHaveLength(20);
  });
});
