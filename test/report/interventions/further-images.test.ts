import { expect, test } from 'vitest';
import { furtherImages, tellsImages } from '../../../src/report/interventions/further-images.ts';
import { PictureChanger } from '../../../src/report/interventions/picture-changer.ts';
import { lowerRight, MarksAreCause, marked, square, upperLeft } from './marked-pictures.ts';

const asking = () => ({ network: new MarksAreCause(), changer: new PictureChanger() });
const mark = { cause: { kind: 'place' as const, mask: square(upperLeft) }, lost: 0.8 };

test('mistakes with the mark of a cluster belong to it, those with another one do not', async () => {
  const others = [...marked(lowerRight), ...marked(upperLeft, 4).map((image) => ({ ...image, row: 10 + image.row }))];
  const found = await furtherImages(mark, others, asking());
  expect(found.map(({ row }) => row)).toEqual([10, 11, 12, 13]);
});

test('half-hearted mistakes, which change their answer whatever is changed, belong to no cluster', async () => {
  const small = marked(upperLeft, 4).map((image) => {
    const { width, pixels } = image.picture;
    // The first rows of the mark are left.
    const cut = pixels.map((value, i) => (value > 240 && i >= (upperLeft[1] + 7) * width * 3 ? 120 : value));
    return { ...image, picture: { ...image.picture, pixels: cut } };
  });
  expect(await furtherImages(mark, small, asking())).toEqual([]);
});

test('single answers tell of a place, and not of edges and of the look of a whole picture', () => {
  expect(tellsImages(mark)).toBe(true);
  expect(tellsImages({ cause: { kind: 'border' }, lost: 0.8 })).toBe(false);
  expect(tellsImages({ cause: { kind: 'light', moved: [] }, lost: 0.8 })).toBe(false);
});
