/**
 * The forward cosine transform of JPEG in whole numbers, as libjpeg has it (jfdctint.c, after Loeffler, Ligtenberg and Moschytz 1989): rows,
 * then columns, 13 bits after the point of a factor, 2 more bits between the passes. Eight lines at once; sums of two products are exact.
 */

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
  const b0 = left(a0, a4);
  const b1 = right(a0, a4);
  const b2 = left(a1, a5);
  const b3 = right(a1, a5);
  const b4 = left(a2, a6);
  const b5 = right(a2, a6);
  const b6 = left(a3, a7);
  const b7 = right(a3, a7);
  const c0 = left(b0, b4);
  const c1 = right(b0, b4);
  const c2 = left(b1, b5);
  const c3 = right(b1, b5);
  const c4 = left(b2, b6);
  const c5 = right(b2, b6);
  const c6 = left(b3, b7);
  const c7 = right(b3, b7);
  const d0 = left(c0, c4);
  const d1 = right(c0, c4);
  const d2 = left(c1, c5);
  const d3 = right(c1, c5);
  const d4 = left(c2, c6);
  const d5 = right(c2, c6);
  const d6 = left(c3, c7);
  const d7 = right(c3, c7);

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
  const z3Left = left(z3, z4);
  const z3Right = right(z3, z4);
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
  const low = i32x4.add(i32x4.add(i32x4.dot_i16x8_s(left(a, b), factors), addLeft), half);
  const high = i32x4.add(i32x4.add(i32x4.dot_i16x8_s(right(a, b), factors), addRight), half);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, down), i32x4.shr_s(high, down));
}

function pair(first: i32, second: i32): v128 {
  return i32x4.splat((second << 16) | (first & 0xffff));
}

function left(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}

function right(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}
