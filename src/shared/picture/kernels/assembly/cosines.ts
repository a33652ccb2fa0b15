/**
 * The forward cosine transform of JPEG in whole numbers, as libjpeg has it (jfdctint.c, after Loeffler, Ligtenberg and Moschytz 1989): rows,
 * then columns, 13 bits after the point of a factor, 2 more bits between the passes. Eight lines at once; sums of two products are exact.
 */

import { leftShorts, pair, rightShorts } from './interleave';

/** Of 64 samples from -128 to 127 at `block`, i16, row by row, in place; coefficients are 8 times as large as the standard has them. */
export function forwardCosines(block: usize): void {
  linesOf(block, true);
  linesOf(block, false);
}

/** Columns become lines. The first pass leaves sums two bits, which the second takes away again. */
function linesOf(block: usize, isFirst: bool): void {
  const down = isFirst ? 11 : 15;
  const a0 = v128.load(block);
  const a1 = v128.load(block, 16);
  const a2 = v128.load(block, 32);
  const a3 = v128.load(block, 48);
  const a4 = v128.load(block, 64);
  const a5 = v128.load(block, 80);
  const a6 = v128.load(block, 96);
  const a7 = v128.load(block, 112);
  const b0 = leftShorts(a0, a4);
  const b1 = rightShorts(a0, a4);
  const b2 = leftShorts(a1, a5);
  const b3 = rightShorts(a1, a5);
  const b4 = leftShorts(a2, a6);
  const b5 = rightShorts(a2, a6);
  const b6 = leftShorts(a3, a7);
  const b7 = rightShorts(a3, a7);
  const c0 = leftShorts(b0, b4);
  const c1 = rightShorts(b0, b4);
  const c2 = leftShorts(b1, b5);
  const c3 = rightShorts(b1, b5);
  const c4 = leftShorts(b2, b6);
  const c5 = rightShorts(b2, b6);
  const c6 = leftShorts(b3, b7);
  const c7 = rightShorts(b3, b7);
  const d0 = leftShorts(c0, c4);
  const d1 = rightShorts(c0, c4);
  const d2 = leftShorts(c1, c5);
  const d3 = rightShorts(c1, c5);
  const d4 = leftShorts(c2, c6);
  const d5 = rightShorts(c2, c6);
  const d6 = leftShorts(c3, c7);
  const d7 = rightShorts(c3, c7);

  const s0 = i16x8.add(d0, d7);
  const t7 = i16x8.sub(d0, d7);
  const s1 = i16x8.add(d1, d6);
  const t6 = i16x8.sub(d1, d6);
  const s2 = i16x8.add(d2, d5);
  const t5 = i16x8.sub(d2, d5);
  const s3 = i16x8.add(d3, d4);
  const t4 = i16x8.sub(d3, d4);

  const e0 = i16x8.add(s0, s3);
  const e3 = i16x8.sub(s0, s3);
  const e1 = i16x8.add(s1, s2);
  const e2 = i16x8.sub(s1, s2);
  v128.store(block, scaled(i16x8.add(e0, e1), isFirst));
  v128.store(block, scaled(i16x8.sub(e0, e1), isFirst), 64);
  v128.store(block, product(e3, e2, pair(10703, 4433), down), 32);
  v128.store(block, product(e3, e2, pair(4433, -10704), down), 96);

  const z3 = i16x8.add(t4, t6);
  const z4 = i16x8.add(t5, t7);
  const z3Left = leftShorts(z3, z4);
  const z3Right = rightShorts(z3, z4);
  const y3Left = i32x4.dot_i16x8_s(z3Left, pair(-6436, 9633));
  const y3Right = i32x4.dot_i16x8_s(z3Right, pair(-6436, 9633));
  const y4Left = i32x4.dot_i16x8_s(z3Left, pair(9633, 6437));
  const y4Right = i32x4.dot_i16x8_s(z3Right, pair(9633, 6437));
  v128.store(block, oddProduct(t4, t7, pair(-4927, -7373), y3Left, y3Right, down), 112);
  v128.store(block, oddProduct(t4, t7, pair(-7373, 4926), y4Left, y4Right, down), 16);
  v128.store(block, oddProduct(t5, t6, pair(-4176, -20995), y4Left, y4Right, down), 80);
  v128.store(block, oddProduct(t5, t6, pair(-20995, 4177), y3Left, y3Right, down), 48);
}

function scaled(sums: v128, isFirst: bool): v128 {
  return isFirst ? i16x8.shl(sums, 2) : i16x8.shr_s(i16x8.add(sums, i16x8.splat(2)), 2);
}

function product(a: v128, b: v128, factors: v128, down: i32): v128 {
  const zero = i32x4.splat(0);
  return oddProduct(a, b, factors, zero, zero, down);
}

/** Two products of eight lanes and what is added, rounded. */
function oddProduct(a: v128, b: v128, factors: v128, addLeft: v128, addRight: v128, down: i32): v128 {
  const half = i32x4.splat(1 << (down - 1));
  const low = i32x4.add(i32x4.add(i32x4.dot_i16x8_s(leftShorts(a, b), factors), addLeft), half);
  const high = i32x4.add(i32x4.add(i32x4.dot_i16x8_s(rightShorts(a, b), factors), addRight), half);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, down), i32x4.shr_s(high, down));
}
