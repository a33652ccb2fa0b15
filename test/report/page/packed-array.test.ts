import { Float16Array } from '@petamoriken/float16';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  packFloats,
  packHalves,
  packIntegers,
  unpackFloats,
  unpackHalves,
  unpackIntegers,
} from '../../../src/report/page/packed-array.ts';

describe('columns of numbers as text', () => {
  it('give integers back, in the smallest type that holds them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })), (values) => {
        expect([...unpackIntegers(packIntegers(values))]).toEqual(values);
      }),
    );
    expect(packIntegers([-1, 127]).type).toBe('i8');
    expect(packIntegers([-128, 128]).type).toBe('i16');
    expect(packIntegers([-129]).type).toBe('i16');
    expect(packIntegers([32_768]).type).toBe('i32');
  });

  it('give float32 values back', () => {
    fc.assert(
      fc.property(fc.float32Array(), (values) => {
        expect(unpackFloats(packFloats([...values]))).toEqual(values);
      }),
    );
  });

  it('give all 65,536 float16 values back', () => {
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, index) => index);
    const expected = Float32Array.from(new Float16Array(bits.buffer));
    expect(unpackHalves(packHalves(new Uint8Array(bits.buffer)))).toEqual(expected);
  });

  it('take columns longer than the arguments of one call', () => {
    const values = Array.from({ length: 200_000 }, (_, index) => index % 1000);
    expect([...unpackIntegers(packIntegers(values))]).toEqual(values);
  });
});
