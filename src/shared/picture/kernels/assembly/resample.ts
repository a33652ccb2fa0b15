/**
 * The two passes of a resize. Both weigh 16 samples at once that lie side by side and need the same weights: in the pass along columns those
 * are 16 neighbours of a row; in the pass along rows they are one column of 16 rows, which are transposed before and after.
 *
 * An axis says which source samples make each output sample: `firsts` and `counts` `[outputs]` u32, and weights `[outputs, taps]` i32 with 22
 * bits after the point (Pillow, src/libImaging/Resample.c).
 */

import { transpose } from './transpose';

/**
 * Along rows, for 16 rows of any number of channels.
 * @param source packed rows of `length` bytes
 * @param turned room for `length` columns, `narrowed` for `width * channels`, both rounded up to 16 columns of 16 bytes
 * @param target 16 rows, `stride` bytes apart; `width * channels` bytes of each are written, rounded up to 16
 */
export function narrow(
  source: usize,
  length: usize,
  channels: usize,
  firsts: usize,
  counts: usize,
  weights: usize,
  taps: usize,
  width: usize,
  turned: usize,
  narrowed: usize,
  target: usize,
  stride: usize,
): void {
  for (let at: usize = 0; at < length; at += 16) transpose(source + at, length, turned + (at << 4), 16);
  const step = channels << 4;
  let to = narrowed;
  for (let x: usize = 0; x < width; x++) {
    const from = turned + <usize>load<u32>(firsts + (x << 2)) * step;
    const count = load<u32>(counts + (x << 2));
    for (let at: usize = 0; at < step; at += 16) {
      v128.store(to, weigh(from + at, step, weights, count));
      to += 16;
    }
    weights += taps << 2;
  }
  for (let at: usize = 0; at < width * channels; at += 16) transpose(narrowed + (at << 4), 16, target + at, stride);
}

/**
 * Along columns: a row is `length` samples of any number of channels.
 * @param source rows, `stride` bytes apart; `firsts` counts from here
 * @param target packed rows; up to 15 bytes behind the last are written, too
 */
export function shorten(
  source: usize,
  stride: usize,
  length: usize,
  firsts: usize,
  counts: usize,
  weights: usize,
  taps: usize,
  height: usize,
  target: usize,
): void {
  for (let y: usize = 0; y < height; y++) {
    const from = source + <usize>load<u32>(firsts + (y << 2)) * stride;
    const count = load<u32>(counts + (y << 2));
    for (let at: usize = 0; at < length; at += 16) v128.store(target + at, weigh(from + at, stride, weights, count));
    weights += taps << 2;
    target += length;
  }
}

/** The weighted sum of `count` vectors of 16 samples, rounded. */
function weigh(source: usize, stride: usize, weights: usize, count: u32): v128 {
  let a = i32x4.splat(1 << 21);
  let b = a;
  let c = a;
  let d = a;
  for (let k: u32 = 0; k < count; k++) {
    const samples = v128.load(source);
    const weight = v128.load32_splat(weights);
    const left = i16x8.extend_low_i8x16_u(samples);
    const right = i16x8.extend_high_i8x16_u(samples);
    a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(left), weight));
    b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(left), weight));
    c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(right), weight));
    d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(right), weight));
    source += stride;
    weights += 4;
  }
  const left = i16x8.narrow_i32x4_s(i32x4.shr_s(a, 22), i32x4.shr_s(b, 22));
  const right = i16x8.narrow_i32x4_s(i32x4.shr_s(c, 22), i32x4.shr_s(d, 22));
  return i8x16.narrow_i16x8_u(left, right);
}
