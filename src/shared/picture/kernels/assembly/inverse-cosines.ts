/**
 * The inverse cosine transform of JPEG in whole numbers, as libjpeg has it (jidctint.c, after Loeffler, Ligtenberg and Moschytz 1989): columns,
 * then rows, 13 bits after the point of a factor, 2 more bits between the passes. Eight lines at once. Sums of two products are exact while
 * coefficients have 14 bits, and sums between the passes 15.
 */

import { leftBytes, leftShorts, leftWords, pair, rightBytes, rightShorts, rightWords } from './interleave';

/** Whether this was so in all blocks, and no sample so far outside of its range that libjpeg would wrap it. */
export let areExact: bool = true;

export function beginTransforms(): void {
  areExact = true;
}

/** A sample may lie so far from 128. */
const farthest = 512;
/** What rounds between the passes; and at the end, with the 128 that the coder took off. */
const middleRounding = 1 << 10;
const lastRounding = (1 << 17) + (128 << 18);

/**
 * Of coefficients times their divisors makes samples.
 * @param block i16[64], row by row, and room for what lies between the passes
 * @param last place in the zigzag of the last coefficient that may not be zero
 * @param target where the first of 8 rows of 8 bytes goes, `stride` bytes apart
 */
export function inverseCosines(block: usize, last: i32, target: usize, stride: usize): void {
  if (last === 0) {
    flat(<i32>load<i16>(block), target, stride);
  } else if (last < 10) {
    // The first ten of the zigzag lie in the first four rows and columns.
    fewLines(block, target, stride);
  } else {
    lines(block, true, target, stride);
    lines(block, false, target, stride);
  }
}

/** All samples are the same. */
function flat(dc: i32, target: usize, stride: usize): void {
  const sample = (dc + 4) >> 3;
  if (sample < -farthest || sample >= farthest) areExact = false;
  const same = i8x16.splat(<i8>max(min(sample + 128, 255), 0));
  for (let row = 0; row < 8; row++, target += stride) v128.store64_lane(target, same, 0);
}

/** Columns of coefficients, and rows of what the first pass made of them. */
function lines(block: usize, isFirst: bool, target: usize, stride: usize): void {
  let d0 = v128.load(block);
  let d1 = v128.load(block, 16);
  let d2 = v128.load(block, 32);
  let d3 = v128.load(block, 48);
  let d4 = v128.load(block, 64);
  let d5 = v128.load(block, 80);
  let d6 = v128.load(block, 96);
  let d7 = v128.load(block, 112);
  if (!isFirst) {
    checkSums(v128.or(tops(d0, d1, d2, d3), tops(d4, d5, d6, d7)));
    const b0 = leftShorts(d0, d4);
    const b1 = rightShorts(d0, d4);
    const b2 = leftShorts(d1, d5);
    const b3 = rightShorts(d1, d5);
    const b4 = leftShorts(d2, d6);
    const b5 = rightShorts(d2, d6);
    const b6 = leftShorts(d3, d7);
    const b7 = rightShorts(d3, d7);
    const c0 = leftShorts(b0, b4);
    const c1 = rightShorts(b0, b4);
    const c2 = leftShorts(b1, b5);
    const c3 = rightShorts(b1, b5);
    const c4 = leftShorts(b2, b6);
    const c5 = rightShorts(b2, b6);
    const c6 = leftShorts(b3, b7);
    const c7 = rightShorts(b3, b7);
    d0 = leftShorts(c0, c4);
    d1 = rightShorts(c0, c4);
    d2 = leftShorts(c1, c5);
    d3 = rightShorts(c1, c5);
    d4 = leftShorts(c2, c6);
    d5 = rightShorts(c2, c6);
    d6 = leftShorts(c3, c7);
    d7 = rightShorts(c3, c7);
  }

  const z3 = i16x8.add(d7, d3);
  const z4 = i16x8.add(d5, d1);
  const zLow = leftShorts(z3, z4);
  const zHigh = rightShorts(z3, z4);
  const y3Low = i32x4.dot_i16x8_s(zLow, pair(-6436, 9633));
  const y3High = i32x4.dot_i16x8_s(zHigh, pair(-6436, 9633));
  const y4Low = i32x4.dot_i16x8_s(zLow, pair(9633, 6437));
  const y4High = i32x4.dot_i16x8_s(zHigh, pair(9633, 6437));
  const outerLow = leftShorts(d7, d1);
  const outerHigh = rightShorts(d7, d1);
  const innerLow = leftShorts(d5, d3);
  const innerHigh = rightShorts(d5, d3);
  const o0Low = i32x4.add(i32x4.dot_i16x8_s(outerLow, pair(-4927, -7373)), y3Low);
  const o0High = i32x4.add(i32x4.dot_i16x8_s(outerHigh, pair(-4927, -7373)), y3High);
  const o1Low = i32x4.add(i32x4.dot_i16x8_s(innerLow, pair(-4176, -20995)), y4Low);
  const o1High = i32x4.add(i32x4.dot_i16x8_s(innerHigh, pair(-4176, -20995)), y4High);
  const o2Low = i32x4.add(i32x4.dot_i16x8_s(innerLow, pair(-20995, 4177)), y3Low);
  const o2High = i32x4.add(i32x4.dot_i16x8_s(innerHigh, pair(-20995, 4177)), y3High);
  const o3Low = i32x4.add(i32x4.dot_i16x8_s(outerLow, pair(-7373, 4926)), y4Low);
  const o3High = i32x4.add(i32x4.dot_i16x8_s(outerHigh, pair(-7373, 4926)), y4High);

  const rounding = i32x4.splat(isFirst ? middleRounding : lastRounding);
  const flatLow = leftShorts(d0, d4);
  const flatHigh = rightShorts(d0, d4);
  const t0Low = i32x4.add(i32x4.dot_i16x8_s(flatLow, pair(8192, 8192)), rounding);
  const t0High = i32x4.add(i32x4.dot_i16x8_s(flatHigh, pair(8192, 8192)), rounding);
  const t1Low = i32x4.add(i32x4.dot_i16x8_s(flatLow, pair(8192, -8192)), rounding);
  const t1High = i32x4.add(i32x4.dot_i16x8_s(flatHigh, pair(8192, -8192)), rounding);
  const turnedLow = leftShorts(d2, d6);
  const turnedHigh = rightShorts(d2, d6);
  const t2Low = i32x4.dot_i16x8_s(turnedLow, pair(4433, -10704));
  const t2High = i32x4.dot_i16x8_s(turnedHigh, pair(4433, -10704));
  const t3Low = i32x4.dot_i16x8_s(turnedLow, pair(10703, 4433));
  const t3High = i32x4.dot_i16x8_s(turnedHigh, pair(10703, 4433));
  const e0Low = i32x4.add(t0Low, t3Low);
  const e0High = i32x4.add(t0High, t3High);
  const e1Low = i32x4.add(t1Low, t2Low);
  const e1High = i32x4.add(t1High, t2High);
  const e2Low = i32x4.sub(t1Low, t2Low);
  const e2High = i32x4.sub(t1High, t2High);
  const e3Low = i32x4.sub(t0Low, t3Low);
  const e3High = i32x4.sub(t0High, t3High);

  if (isFirst) {
    v128.store(block, middle(i32x4.add(e0Low, o3Low), i32x4.add(e0High, o3High)));
    v128.store(block, middle(i32x4.add(e1Low, o2Low), i32x4.add(e1High, o2High)), 16);
    v128.store(block, middle(i32x4.add(e2Low, o1Low), i32x4.add(e2High, o1High)), 32);
    v128.store(block, middle(i32x4.add(e3Low, o0Low), i32x4.add(e3High, o0High)), 48);
    v128.store(block, middle(i32x4.sub(e3Low, o0Low), i32x4.sub(e3High, o0High)), 64);
    v128.store(block, middle(i32x4.sub(e2Low, o1Low), i32x4.sub(e2High, o1High)), 80);
    v128.store(block, middle(i32x4.sub(e1Low, o2Low), i32x4.sub(e1High, o2High)), 96);
    v128.store(block, middle(i32x4.sub(e0Low, o3Low), i32x4.sub(e0High, o3High)), 112);
    return;
  }
  const s0 = final(i32x4.add(e0Low, o3Low), i32x4.add(e0High, o3High));
  const s4 = final(i32x4.sub(e3Low, o0Low), i32x4.sub(e3High, o0High));
  const s1 = final(i32x4.add(e1Low, o2Low), i32x4.add(e1High, o2High));
  const s5 = final(i32x4.sub(e2Low, o1Low), i32x4.sub(e2High, o1High));
  const s2 = final(i32x4.add(e2Low, o1Low), i32x4.add(e2High, o1High));
  const s6 = final(i32x4.sub(e1Low, o2Low), i32x4.sub(e1High, o2High));
  const s3 = final(i32x4.add(e3Low, o0Low), i32x4.add(e3High, o0High));
  const s7 = final(i32x4.sub(e0Low, o3Low), i32x4.sub(e0High, o3High));
  checkSamples(v128.or(outside(s0, s1, s2, s3), outside(s4, s5, s6, s7)));
  storeRows(narrow(s0, s4), narrow(s1, s5), narrow(s2, s6), narrow(s3, s7), target, stride);
}

/** The same where all coefficients lie in the first four rows and columns. */
function fewLines(block: usize, target: usize, stride: usize): void {
  const oddColumns = leftShorts(v128.load64_zero(block, 16), v128.load64_zero(block, 48));
  const evenColumns = leftShorts(v128.load64_zero(block), v128.load64_zero(block, 32));
  const half = i32x4.splat(middleRounding);
  const f0 = i32x4.add(i32x4.dot_i16x8_s(evenColumns, pair(8192, 10703)), half);
  const f1 = i32x4.add(i32x4.dot_i16x8_s(evenColumns, pair(8192, 4433)), half);
  const f2 = i32x4.add(i32x4.dot_i16x8_s(evenColumns, pair(8192, -4433)), half);
  const f3 = i32x4.add(i32x4.dot_i16x8_s(evenColumns, pair(8192, -10703)), half);
  const g0 = i32x4.dot_i16x8_s(oddColumns, pair(2260, -6436));
  const g1 = i32x4.dot_i16x8_s(oddColumns, pair(6437, -11362));
  const g2 = i32x4.dot_i16x8_s(oddColumns, pair(9633, -2259));
  const g3 = i32x4.dot_i16x8_s(oddColumns, pair(11363, 9633));
  const a04 = middle(i32x4.add(f0, g3), i32x4.sub(f3, g0));
  const a15 = middle(i32x4.add(f1, g2), i32x4.sub(f2, g1));
  const a26 = middle(i32x4.add(f2, g1), i32x4.sub(f1, g2));
  const a37 = middle(i32x4.add(f3, g0), i32x4.sub(f0, g3));
  checkSums(tops(a04, a15, a26, a37));
  const b02 = leftShorts(a04, a26);
  const b13 = leftShorts(a15, a37);
  const b46 = rightShorts(a04, a26);
  const b57 = rightShorts(a15, a37);
  const first01 = leftShorts(b02, b13);
  const first23 = rightShorts(b02, b13);
  const second01 = leftShorts(b46, b57);
  const second23 = rightShorts(b46, b57);
  // Four rows each: the even coefficients of a row lie beside each other, and so do the odd ones.
  const evenLow = leftShorts(first01, first23);
  const evenHigh = leftShorts(second01, second23);
  const oddLow = rightShorts(first01, first23);
  const oddHigh = rightShorts(second01, second23);

  const o0Low = i32x4.dot_i16x8_s(oddLow, pair(2260, -6436));
  const o0High = i32x4.dot_i16x8_s(oddHigh, pair(2260, -6436));
  const o1Low = i32x4.dot_i16x8_s(oddLow, pair(6437, -11362));
  const o1High = i32x4.dot_i16x8_s(oddHigh, pair(6437, -11362));
  const o2Low = i32x4.dot_i16x8_s(oddLow, pair(9633, -2259));
  const o2High = i32x4.dot_i16x8_s(oddHigh, pair(9633, -2259));
  const o3Low = i32x4.dot_i16x8_s(oddLow, pair(11363, 9633));
  const o3High = i32x4.dot_i16x8_s(oddHigh, pair(11363, 9633));
  const rounding = i32x4.splat(lastRounding);
  const e0Low = i32x4.add(i32x4.dot_i16x8_s(evenLow, pair(8192, 10703)), rounding);
  const e0High = i32x4.add(i32x4.dot_i16x8_s(evenHigh, pair(8192, 10703)), rounding);
  const e1Low = i32x4.add(i32x4.dot_i16x8_s(evenLow, pair(8192, 4433)), rounding);
  const e1High = i32x4.add(i32x4.dot_i16x8_s(evenHigh, pair(8192, 4433)), rounding);
  const e2Low = i32x4.add(i32x4.dot_i16x8_s(evenLow, pair(8192, -4433)), rounding);
  const e2High = i32x4.add(i32x4.dot_i16x8_s(evenHigh, pair(8192, -4433)), rounding);
  const e3Low = i32x4.add(i32x4.dot_i16x8_s(evenLow, pair(8192, -10703)), rounding);
  const e3High = i32x4.add(i32x4.dot_i16x8_s(evenHigh, pair(8192, -10703)), rounding);
  const s0 = final(i32x4.add(e0Low, o3Low), i32x4.add(e0High, o3High));
  const s4 = final(i32x4.sub(e3Low, o0Low), i32x4.sub(e3High, o0High));
  const s1 = final(i32x4.add(e1Low, o2Low), i32x4.add(e1High, o2High));
  const s5 = final(i32x4.sub(e2Low, o1Low), i32x4.sub(e2High, o1High));
  const s2 = final(i32x4.add(e2Low, o1Low), i32x4.add(e2High, o1High));
  const s6 = final(i32x4.sub(e1Low, o2Low), i32x4.sub(e1High, o2High));
  const s3 = final(i32x4.add(e3Low, o0Low), i32x4.add(e3High, o0High));
  const s7 = final(i32x4.sub(e0Low, o3Low), i32x4.sub(e0High, o3High));
  checkSamples(v128.or(outside(s0, s1, s2, s3), outside(s4, s5, s6, s7)));
  storeRows(narrow(s0, s4), narrow(s1, s5), narrow(s2, s6), narrow(s3, s7), target, stride);
}

function middle(low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, 11), i32x4.shr_s(high, 11));
}

function final(low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(low, 18), i32x4.shr_s(high, 18));
}

function narrow(first: v128, second: v128): v128 {
  return i8x16.narrow_i16x8_u(first, second);
}

/** A lane's highest bit is one where a sum does not have 15 bits: the two highest differ there. */
function tops(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.or(v128.or(top(a), top(b)), v128.or(top(c), top(d)));
}

function top(sums: v128): v128 {
  return v128.xor(sums, i16x8.shl(sums, 1));
}

function checkSums(tops: v128): void {
  if (i16x8.bitmask(tops) !== 0) areExact = false;
}

/** Bits above the tenth are zeros where samples lie in the range that starts at zero here. */
function outside(a: v128, b: v128, c: v128, d: v128): v128 {
  const lift = i16x8.splat(<i16>(farthest - 128));
  const ab = v128.or(i16x8.add(a, lift), i16x8.add(b, lift));
  return v128.or(ab, v128.or(i16x8.add(c, lift), i16x8.add(d, lift)));
}

function checkSamples(bits: v128): void {
  if (v128.any_true(v128.and(bits, i16x8.splat(<i16>(-2 * farthest))))) areExact = false;
}

/** @param p0,p1,p2,p3 columns of eight samples: 0 and 4, 1 and 5, 2 and 6, 3 and 7 */
function storeRows(p0: v128, p1: v128, p2: v128, p3: v128, target: usize, stride: usize): void {
  const q0 = leftBytes(p0, p2);
  const q1 = rightBytes(p0, p2);
  const q2 = leftBytes(p1, p3);
  const q3 = rightBytes(p1, p3);
  const r0 = leftBytes(q0, q2);
  const r1 = rightBytes(q0, q2);
  const r2 = leftBytes(q1, q3);
  const r3 = rightBytes(q1, q3);
  storeTwo(leftWords(r0, r2), target, stride);
  storeTwo(rightWords(r0, r2), target + 2 * stride, stride);
  storeTwo(leftWords(r1, r3), target + 4 * stride, stride);
  storeTwo(rightWords(r1, r3), target + 6 * stride, stride);
}

function storeTwo(rows: v128, target: usize, stride: usize): void {
  v128.store64_lane(target, rows, 0);
  v128.store64_lane(target + stride, rows, 1);
}
