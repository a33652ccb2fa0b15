/**
 * Chroma for each pixel from chroma for two or four, as libjpeg's "fancy" enlarging has it (jdsample.c): a triangle filter, 3 parts of the nearer
 * sample and 1 of the farther one along each axis. Halves are rounded up and down in turns.
 */

/**
 * Twice as many columns.
 * @param row u8[width], with a byte before it and one behind, which are written
 * @param target u8[2 * width], written up to 16 bytes further
 */
export function twiceAcross(row: usize, width: usize, target: usize): void {
  store<u8>(row - 1, load<u8>(row));
  store<u8>(row + width, load<u8>(row + width - 1));
  for (let x: usize = 0; x < width; x += 8) {
    const own = i16x8.mul(v128.load8x8_u(row + x), i16x8.splat(3));
    const before = i16x8.add(v128.load8x8_u(row + x - 1), i16x8.splat(1));
    const behind = i16x8.add(v128.load8x8_u(row + x + 1), i16x8.splat(2));
    const even = i16x8.shr_u(i16x8.add(own, before), 2);
    const odd = i16x8.shr_u(i16x8.add(own, behind), 2);
    v128.store(target + 2 * x, v128.or(even, i16x8.shl(odd, 8)));
  }
}

/**
 * One of twice as many rows.
 * @param near,far u8[width]: the row that it lies in, and the one on its other side
 * @param isFirst whether it is the upper one of the two in that row
 */
export function twiceDown(near: usize, far: usize, isFirst: bool, width: usize, target: usize): void {
  const rounding = i16x8.splat(isFirst ? 1 : 2);
  for (let x: usize = 0; x < width; x += 16) {
    const low = i16x8.shr_u(i16x8.add(sums(near + x, far + x), rounding), 2);
    const high = i16x8.shr_u(i16x8.add(sums(near + x + 8, far + x + 8), rounding), 2);
    v128.store(target + x, i8x16.narrow_i16x8_u(low, high));
  }
}

/**
 * One of twice as many rows, with twice as many columns.
 * @param room for u16[width + 10]
 */
export function twiceBoth(near: usize, far: usize, width: usize, room: usize, target: usize): void {
  const line = room + 2;
  for (let x: usize = 0; x < width; x += 8) v128.store(line + 2 * x, sums(near + x, far + x));
  store<u16>(room, load<u16>(line));
  store<u16>(line + 2 * width, load<u16>(line + 2 * width - 2));
  for (let x: usize = 0; x < width; x += 8) {
    const from = line + 2 * x;
    const own = i16x8.mul(v128.load(from), i16x8.splat(3));
    const before = i16x8.add(v128.load(from - 2), i16x8.splat(8));
    const behind = i16x8.add(v128.load(from + 2), i16x8.splat(7));
    const even = i16x8.shr_u(i16x8.add(own, before), 4);
    const odd = i16x8.shr_u(i16x8.add(own, behind), 4);
    v128.store(target + 2 * x, v128.or(even, i16x8.shl(odd, 8)));
  }
}

/** Rows of one or two samples are not worth filtering to libjpeg. */
export function repeatAcross(row: usize, width: usize, target: usize): void {
  for (let x: usize = 0; x < width; x++) store<u16>(target + 2 * x, <u16>load<u8>(row + x) * 0x0101);
}

/** 3 parts and 1, of eight samples. */
function sums(near: usize, far: usize): v128 {
  return i16x8.add(i16x8.mul(v128.load8x8_u(near), i16x8.splat(3)), v128.load8x8_u(far));
}
