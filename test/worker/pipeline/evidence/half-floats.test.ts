import { getFloat16, setFloat16 } from '@petamoriken/float16';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { halfBits } from '../../../../src/worker/pipeline/evidence/half-floats.ts';

const view = new DataView(new ArrayBuffer(2));

function reference(value: number): number {
  setFloat16(view, 0, value);
  return view.getUint16(0);
}

function halfOf(bits: number): number {
  view.setUint16(0, bits);
  return getFloat16(view, 0);
}

/** The next double, away from zero or towards it. */
function beside(value: number, step: 1n | -1n): number {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigUint64(0, bits.getBigUint64(0) + step);
  return bits.getFloat64(0);
}

/** Bits of 1. */
const one = 0x3c00;

test.each([
  ['numbers from -1 to 1', 1],
  ['numbers below the smallest normal half', 2 ** -14],
  ['numbers about the smallest half', 2 ** -23],
  ['numbers that are next to nothing', 2 ** -300],
])('%s become the nearest half', (_, most) => {
  fc.assert(
    fc.property(fc.double({ min: -most, max: most, noNaN: true }), (value) => {
      expect(halfBits(value)).toBe(reference(value));
    }),
    { numRuns: 5_000 },
  );
});

test('every half from -1 to 1 stays as it is, signs of zero included', () => {
  const positive = Array.from({ length: one + 1 }, (_, bits) => bits);
  const all = [...positive, ...positive.map((bits) => bits | 0x8000)];
  expect(all.filter((bits) => halfBits(halfOf(bits)) !== bits)).toEqual([]);
});

test('between two halves the even one wins a tie, and the nearer one by as little as a double can say', () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < one; bits += 1) {
    const middle = (halfOf(bits) + halfOf(bits + 1)) / 2;
    const even = bits + (bits & 1);
    const found = [beside(middle, -1n), middle, beside(middle, 1n), -middle].map(halfBits);
    if (found.join() !== [bits, even, bits + 1, even | 0x8000].join()) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});
