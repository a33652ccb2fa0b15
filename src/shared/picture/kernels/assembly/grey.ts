/**
 * Luma of ITU-R 601 in Pillow's 16-bit fixed point: `(19595 R + 38470 G + 7471 B + 32768) / 65536`. Green's weight is more than an i16
 * holds, so one half of it goes with red and the other with blue. Reads and writes up to 47 and 15 bytes behind the end.
 */
export function grey(source: usize, target: usize, count: i32): void {
  const end = target + <usize>count;
  while (target < end) {
    const left = i16x8.narrow_i32x4_s(fourPixels(source), fourPixels(source + 12));
    const right = i16x8.narrow_i32x4_s(fourPixels(source + 24), fourPixels(source + 36));
    v128.store(target, i8x16.narrow_i16x8_u(left, right));
    source += 48;
    target += 16;
  }
}

function fourPixels(source: usize): v128 {
  const samples = v128.load(source);
  const redGreen = i8x16.swizzle(samples, i8x16(0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1));
  const greenBlue = i8x16.swizzle(samples, i8x16(1, -1, 2, -1, 4, -1, 5, -1, 7, -1, 8, -1, 10, -1, 11, -1));
  const withRed = i32x4.dot_i16x8_s(redGreen, i32x4.splat((19235 << 16) | 19595));
  const withBlue = i32x4.dot_i16x8_s(greenBlue, i32x4.splat((7471 << 16) | 19235));
  return i32x4.shr_s(i32x4.add(i32x4.add(withRed, withBlue), i32x4.splat(0x8000)), 16);
}
