import { lumas, mapped, meanOf, type Statistic } from './statistic.ts';

/** Mean luma. Samples are multiplied, as another exposure does; what is black stays black. */
export const light: Statistic = {
  name: 'light',
  measure: (picture) => [meanOf(lumas(picture))],
  moved: (picture, [to = 0]) => {
    const factor = to / Math.max(1, meanOf(lumas(picture)));
    return mapped(picture, (sample) => sample * factor);
  },
  words: ([own = 0], [usual = 0]) => (own < usual ? 'low light' : 'bright light'),
};
