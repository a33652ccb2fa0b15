import { expect, test } from 'vitest';
import { haveOwnPlaces, lieApart } from '../../../src/report/interventions/own-places.ts';
import { PictureChanger } from '../../../src/report/interventions/picture-changer.ts';
import { lowerRight, MarksAreCause, marked, type Place, square, upperLeft } from './marked-pictures.ts';

const asking = () => ({ network: new MarksAreCause(), changer: new PictureChanger() });
const at = (place: Place, looked = place) => ({ images: marked(place), mask: square(looked) });

test('marks at two places are two causes', async () => {
  expect(await haveOwnPlaces(at(upperLeft), at(lowerRight), asking())).toBe(true);
});

test('one mark is one cause, though maps of a part of the images lie elsewhere', async () => {
  expect(await haveOwnPlaces(at(upperLeft), at(upperLeft, lowerRight), asking())).toBe(false);
});

test('places that change no answer part nothing', async () => {
  const elsewhere = [at(upperLeft, [44, 4]), at(upperLeft, [4, 44])] as const;
  expect(await haveOwnPlaces(...elsewhere, asking())).toBe(false);
});

test('places that cover each other are one', () => {
  expect(lieApart(square(upperLeft), square(lowerRight))).toBe(true);
  expect(lieApart(square(upperLeft), square([6, 6]))).toBe(false);
  expect(lieApart(square(upperLeft), square([14, 14]))).toBe(true);
});
