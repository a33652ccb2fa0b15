/**
 * RGB to Y, Cb and Cr in libjpeg's fixed point of 16 bits (jccolor.c), less 128, which is what the cosine transform takes. Factors of a half
 * and more do not fit into an i16: green's in Y is split between two products, and a half is a shift.
 */

/** Eight pixels side by side. @param pixels 24 bytes; @param luma,blue,red where eight i16 each go */
export function eightPixels(pixels: usize, luma: usize, blue: usize, red: usize): void {
  const low = v128.load(pixels);
  const high = v128.load(pixels, 8);
  // Pixels 0 to 3 begin at byte 0 of `low`, pixels 4 to 7 at byte 4 of `high`.
  const redGreenLow = i8x16.swizzle(low, i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1));
  const greenBlueLow = i8x16.swizzle(low, i8x16(1, -1, 2, -1, 4, -1, 5, -1, 7, -1, 8, -1, 10, -1, 11, -1));
  const redGreenHigh = i8x16.swizzle(high, i8x16(4, -1, 5, -1, 7, -1, 8, -1, 10, -1, 11, -1, 13, -1, 14, -1));
  const greenBlueHigh = i8x16.swizzle(high, i8x16(5, -1, 6, -1, 8, -1, 9, -1, 11, -1, 12, -1, 14, -1, 15, -1));
  v128.store(luma, i16x8.narrow_i32x4_s(lumaOf(redGreenLow, greenBlueLow), lumaOf(redGreenHigh, greenBlueHigh)));
  v128.store(blue, i16x8.narrow_i32x4_s(blueOf(redGreenLow, greenBlueLow), blueOf(redGreenHigh, greenBlueHigh)));
  v128.store(red, i16x8.narrow_i32x4_s(redOf(redGreenLow, greenBlueLow), redOf(redGreenHigh, greenBlueHigh)));
}

/** What takes 128 off, and rounds. */
const lumaOffset = 0x8000 - (128 << 16);
/** The 128 of chroma is taken off again; a half less one bit rounds. */
const chromaOffset = 0x7fff;

function lumaOf(redGreen: v128, greenBlue: v128): v128 {
  const withRed = i32x4.dot_i16x8_s(redGreen, i32x4.splat((19235 << 16) | 19595));
  const withBlue = i32x4.dot_i16x8_s(greenBlue, i32x4.splat((7471 << 16) | 19235));
  return i32x4.shr_s(i32x4.add(i32x4.add(withRed, withBlue), i32x4.splat(lumaOffset)), 16);
}

function blueOf(redGreen: v128, greenBlue: v128): v128 {
  const others = i32x4.dot_i16x8_s(redGreen, i32x4.splat((-21709 << 16) | (-11059 & 0xffff)));
  const own = i32x4.shr_u(v128.and(greenBlue, i32x4.splat(0xffff0000)), 1);
  return i32x4.shr_s(i32x4.add(i32x4.add(others, own), i32x4.splat(chromaOffset)), 16);
}

function redOf(redGreen: v128, greenBlue: v128): v128 {
  const others = i32x4.dot_i16x8_s(greenBlue, i32x4.splat((-5329 << 16) | (-27439 & 0xffff)));
  const own = i32x4.shl(v128.and(redGreen, i32x4.splat(0xffff)), 15);
  return i32x4.shr_s(i32x4.add(i32x4.add(others, own), i32x4.splat(chromaOffset)), 16);
}
