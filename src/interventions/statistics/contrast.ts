import { deviationOf, lumas, mapped, meanOf, type Statistic } from './statistic.ts';

/** Standard deviation of the luma. Samples are moved away from the mean, or towards it. */
export const contrast: Statistic = {
  name: 'contrast',
  measure: (picture) => [deviationOf(lumas(picture))],
  moved: (picture, [to = 0]) => {
    const values = lumas(picture);
    const middle = meanOf(values);
    const factor = to / Math.max(1, deviationOf(values, middle));
    return mapped(picture, (sample) => middle + (sample - middle) * factor);
  },
  words: ([own = 0], [usual = 0]) => (own < usual ? 'low contrast' : 'high contrast'),
};
