/**
 * Y, Cb and Cr to RGB in libjpeg's fixed point of 16 bits (jdcolor.c). Factors of a half and more do not fit into an i16: the whole part is an
 * addition. What is left of a factor, in 15 bits, rounds to the same number for all 256 levels.
 */

/** 1.402 - 1, and 1.772 - 2. */
const redOfRed: i16 = 13173;
const blueOfBlue: i16 = -7471;
/** -0.34414, and 1 - 0.71414. */
const greenOfBlue = -22554;
const greenOfRed = 18734;

/**
 * @param luma,blue,red u8[width]. 16 are read at once
 * @param target u8[width, 3], written up to 45 bytes further
 */
export function rowToRgb(luma: usize, blue: usize, red: usize, width: usize, target: usize): void {
  for (let x: usize = 0; x < width; x += 16, target += 48) {
    sixteenPixels(v128.load(luma + x), v128.load(blue + x), v128.load(red + x), target);
  }
}

function sixteenPixels(luma: v128, blue: v128, red: v128, target: usize): void {
  const centre = i16x8.splat(128);
  const y0 = i16x8.extend_low_i8x16_u(luma);
  const y1 = i16x8.extend_high_i8x16_u(luma);
  const b0 = i16x8.sub(i16x8.extend_low_i8x16_u(blue), centre);
  const b1 = i16x8.sub(i16x8.extend_high_i8x16_u(blue), centre);
  const r0 = i16x8.sub(i16x8.extend_low_i8x16_u(red), centre);
  const r1 = i16x8.sub(i16x8.extend_high_i8x16_u(red), centre);
  const reds = i8x16.narrow_i16x8_u(redOf(y0, r0), redOf(y1, r1));
  const greens = i8x16.narrow_i16x8_u(greenOf(y0, b0, r0), greenOf(y1, b1, r1));
  const blues = i8x16.narrow_i16x8_u(blueOf(y0, b0), blueOf(y1, b1));

  const red0 = i8x16.shuffle(reds, greens, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
  const red1 = i8x16.shuffle(reds, greens, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
  const red2 = i8x16.shuffle(reds, greens, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
  v128.store(target, i8x16.shuffle(red0, blues, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
  v128.store(target, i8x16.shuffle(red1, blues, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
  v128.store(target, i8x16.shuffle(red2, blues, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
}

function redOf(y: v128, red: v128): v128 {
  return i16x8.add(y, i16x8.add(red, i16x8.q15mulr_sat_s(red, i16x8.splat(redOfRed))));
}

function greenOf(y: v128, blue: v128, red: v128): v128 {
  const low = i8x16.shuffle(blue, red, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
  const high = i8x16.shuffle(blue, red, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
  const both = i16x8.narrow_i32x4_s(rounded(low), rounded(high));
  return i16x8.sub(i16x8.add(y, both), red);
}

function rounded(blueRed: v128): v128 {
  const factors = i32x4.splat((greenOfRed << 16) | (greenOfBlue & 0xffff));
  return i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(blueRed, factors), i32x4.splat(0x8000)), 16);
}

function blueOf(y: v128, blue: v128): v128 {
  const twice = i16x8.add(blue, blue);
  return i16x8.add(y, i16x8.add(twice, i16x8.q15mulr_sat_s(blue, i16x8.splat(blueOfBlue))));
}
