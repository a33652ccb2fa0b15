import { describe, expect, test } from 'vitest';
import { encodeNpy } from '../../../src/shared/run/npy.ts';
import { decodeNpy } from '../../../src/shared/run/npy-array.ts';

describe('encodeNpy', () => {
  test('writes the bytes that numpy.save writes for a 2 x 3 float32 array', () => {
    const file = encodeNpy(Float32Array.of(0, 1, -2, 0.5, Number.NaN, 3), [2, 3]);
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    const expected = Buffer.concat([
      Buffer.from('934e554d50590100', 'hex'),
      Buffer.from([0x76, 0x00]),
      Buffer.from(`${header}${' '.repeat(118 - header.length - 1)}\n`, 'latin1'),
      Buffer.from('000000000000803f000000c00000003f0000c07f00004040', 'hex'),
    ]);
    expect(file.toString('hex')).toBe(expected.toString('hex'));
  });

  test.each([[[7, 7]], [[224, 224]], [[5]]])('starts the data of shape %j at a multiple of 64', (shape) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const file = encodeNpy(new Float32Array(count), shape);
    const start = 10 + file.readUInt16LE(8);
    expect(start % 64).toBe(0);
    expect(file.length).toBe(start + count * 4);
    expect(file.toString('latin1', start - 1, start)).toBe('\n');
  });

  test('takes the values of a view, not those of the buffer behind it', () => {
    const values = Float32Array.of(9, 9, 1, 2).subarray(2);
    const file = encodeNpy(values, [1, 2]);
    expect([file.readFloatLE(file.length - 8), file.readFloatLE(file.length - 4)]).toEqual([1, 2]);
  });

  test('names a shape of one dimension as Python does', () => {
    expect(encodeNpy(new Float32Array(3), [3]).toString('latin1')).toContain("'shape': (3,), }");
  });

  test('refuses values that do not fill the shape', () => {
    expect(() => encodeNpy(new Float32Array(5), [2, 3])).toThrow('5 values do not fill the shape [2, 3].');
  });
});

test('an array cut off anywhere is refused by its name', () => {
  const whole = encodeNpy(Float32Array.of(1, 2), [2]);
  expect(decodeNpy(whole, 'a.npy').values).toEqual(Float32Array.of(1, 2));
  for (let length = 0; length < whole.length; length += 1) {
    expect(() => decodeNpy(whole.subarray(0, length), 'a.npy')).toThrow(/^a\.npy is not an array that Gradline wrote/);
  }
});
