import { expect, test } from 'vitest';
import { decodeRunLengths, fillRuns } from '../../../../src/shared/picture/regions/run-lengths.ts';

/** Rows of a mask that is stored column by column. */
function rowsOf(mask: Uint8Array, height: number, width: number): string[] {
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => mask[column * height + row]).join(''),
  );
}

// Both texts are what pycocotools 2.0.11 writes.
test('a mask that pycocotools encoded comes back', () => {
  const text = '336OKO0032NN10O0O030N000O0010O0010O0121NO031MO010133LK1030M';
  const mask = fillRuns(decodeRunLengths(text), 9 * 13);
  expect(rowsOf(mask, 9, 13)).toEqual([
    '0001101000111',
    '0000000110110',
    '0000011101110',
    '1100000100010',
    '1111010000010',
    '1010101001000',
    '0110010001011',
    '0001011110000',
    '0100100010100',
  ]);
});

test('lengths of several characters and negative differences come back', () => {
  const text =
    '^`2=X36K4L4M2M4M2N2N2N2N2N2N2O0O2N2N2O0O2O0O2N2O0O2O0O2O000O2O0O2O000O2O000O2O000O2O00000O2O0000000O2O0000' +
    '00000O2O000000000000000000000000000000000000000000000000000000000001N10000000001N100000001N1000001N10001N1' +
    '0001N10001N101N10001N101N101N2N101N101N2N2N101N2N2N2N2N2N2N3L3N3L4L5J]d4';
  const [height, width] = [120, 200];
  const mask = fillRuns(decodeRunLengths(text), height * width);
  const ellipse = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => (((row - 60) / 40) ** 2 + ((column - 90) / 70) ** 2 < 1 ? 1 : 0)).join(
      '',
    ),
  );
  expect(rowsOf(mask, height, width)).toEqual(ellipse);
});

test('lengths as numbers start outside', () => {
  expect([...fillRuns([2, 3, 1], 6)]).toEqual([0, 0, 1, 1, 1, 0]);
  expect([...fillRuns([0, 2, 2], 4)]).toEqual([1, 1, 0, 0]);
});
