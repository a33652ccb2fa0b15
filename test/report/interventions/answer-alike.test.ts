import { expect, test } from 'vitest';
import { answerAlike } from '../../../src/report/interventions/answer-alike.ts';
import { PictureChanger } from '../../../src/report/interventions/picture-changer.ts';
import { both, lowerRight, MarksAreCause, marked, type Place, square, upperLeft } from './marked-pictures.ts';

const asking = () => ({ network: new MarksAreCause(), changer: new PictureChanger() });
const caused = (place: Place, mask = square(place)) => ({
  images: marked(place),
  cause: { kind: 'place' as const, mask },
  lost: 0.8,
});

test('clusters with a mark at one place have one cause', async () => {
  expect(await answerAlike(caused(upperLeft), caused(upperLeft), asking())).toBe(true);
});

test('clusters with marks at two places have two', async () => {
  expect(await answerAlike(caused(upperLeft), caused(lowerRight), asking())).toBe(false);
});

test('what covers both marks does not make them one: the small place of one is nothing to the other', async () => {
  const wide = caused(lowerRight, both(upperLeft, lowerRight));
  expect(await answerAlike(caused(upperLeft), wide, asking())).toBe(false);
  expect(await answerAlike(wide, caused(upperLeft), asking())).toBe(false);
});
