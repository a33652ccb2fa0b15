/** Parts that a cluster's first images do not prove. */

import { describe, expect, test } from 'vitest';
import { askMore, worthMore } from '../../../src/report/interventions/ask-more.ts';
import type { Change } from '../../../src/report/interventions/change.ts';
import { PictureChanger } from '../../../src/report/interventions/picture-changer.ts';
import type { TriedImage } from '../../../src/report/interventions/tried-image.ts';
import { hasCause } from '../../../src/report/interventions/verdict.ts';
import { MarksAreCause, marked, square, upperLeft } from './marked-pictures.ts';
import { change } from './tested-changes.ts';

const cluster = { size: 20, chance: 0.3 };
const unsure = change('place', {
  fall: 3,
  returned: 0.4,
  chance: 0.05,
  transplanted: { images: 20, taken: 0.4, control: 0.05, chance: 1e-3 },
});

describe('what more images may prove', () => {
  test('is the part of a large cluster that takes much of the margin and turns others', () => {
    expect(hasCause(cluster, [unsure])).toBe(false);
    expect(worthMore(cluster, [change('border'), unsure])).toBe(unsure);
    expect(worthMore({ ...cluster, size: 11 }, [unsure])).toBeNull();
    expect(worthMore(cluster, [{ ...unsure, fall: 1 }])).toBeNull();
    expect(worthMore(cluster, [{ ...unsure, transplanted: null }])).toBeNull();
  });

  test('is a look that both tests come near to', () => {
    const light = { ...unsure, kind: 'light' } as const;
    expect(worthMore(cluster, [light])).toBe(light);
    expect(worthMore(cluster, [{ ...light, fall: 1 }])).toBeNull();
    expect(worthMore(cluster, [{ ...light, chance: 0.3 }])).toBeNull();
  });

  test('is nothing of a cluster that has a cause', () => {
    const sure = { ...unsure, chance: 1e-5, transplanted: { images: 20, taken: 0.8, control: 0, chance: 1e-5 } };
    expect(worthMore(cluster, [sure, unsure])).toBeNull();
  });
});

test('a part is proved by more images, and its figures are theirs', async () => {
  const place: Change = { kind: 'place', mask: square(upperLeft) };
  const own = marked(upperLeft, 20);
  const plain = marked(upperLeft, 60).map((image, i): TriedImage => {
    const pixels = image.picture.pixels.map((value) => Math.min(value, 160));
    return { ...image, row: 100 + i, predicted: 1, picture: { ...image.picture, pixels } };
  });
  const trial = {
    cluster: { ...cluster, predicted: 0, place: 'left' },
    own,
    mistakes: plain.slice(40),
    ordinaryOutcomes: () => [],
    correct: async () => plain.slice(0, 40),
    changes: [place],
    looks: new Map(),
  };
  const asking = { network: new MarksAreCause(), changer: new PictureChanger() };
  const slight = change('border');
  const tests = await askMore(trial, place, unsure, [slight, unsure], asking);
  expect(hasCause(cluster, tests)).toBe(true);
  expect(tests).toMatchObject([
    { kind: 'place', words: 'place', images: 20, returned: 1, transplanted: { images: 40, taken: 1, control: 0 } },
    slight,
  ]);
});
