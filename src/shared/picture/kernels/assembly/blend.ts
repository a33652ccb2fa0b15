/**
 * A map over a picture: enlarged, coloured and mixed in, in one pass. Enlarging is bilinear, in double precision and rounded once along each
 * axis, as in ../../upsample.ts. Where a pixel's centre falls along an axis is a step of 12 bytes: the cell before it (u32), the cell after it
 * (u32) and how far it is on the way (f32).
 */

const stepBytes: usize = 12;

/**
 * Changes RGB pixels in place.
 * @param pixels the first pixel that the map covers; `stride` is the bytes from row to row
 * @param grid places in the colour table, with fractions: `[any, cells]` f32
 * @param line room for `[cells]` f32
 * @param photo what each level of the photo adds, `[256]` u16; `colours` what each entry of the colour table adds, `[256, 4]` u16: RGB and
 *   nothing. Both in 256ths of a level
 */
export function blend(
  pixels: usize,
  stride: usize,
  grid: usize,
  cells: i32,
  rows: usize,
  rowCount: i32,
  columns: usize,
  columnCount: i32,
  line: usize,
  photo: usize,
  colours: usize,
): void {
  for (let row = 0; row < rowCount; row++) {
    interpolateRow(grid, cells, rows, line);
    let pixel = pixels;
    for (let x = 0, step = columns; x < columnCount; x++, step += stepBytes) {
      const colour = load<u64>(colours + ((<usize>(<u32>interpolateColumn(line, step))) << 3));
      store<u8>(pixel, (<u32>share(photo, load<u8>(pixel)) + (<u32>colour & 0xffff)) >> 8);
      store<u8>(pixel, (<u32>share(photo, load<u8>(pixel, 1)) + (<u32>colour >> 16)) >> 8, 1);
      store<u8>(pixel, (<u32>share(photo, load<u8>(pixel, 2)) + <u32>(colour >> 32)) >> 8, 2);
      pixel += 3;
    }
    rows += stepBytes;
    pixels += stride;
  }
}

function share(photo: usize, level: u8): u32 {
  return load<u16>(photo + ((<usize>level) << 1));
}

/** The cells of a grid at a row's step. */
function interpolateRow(grid: usize, cells: i32, step: usize, line: usize): void {
  const rowBytes = (<usize>cells) << 2;
  const upper = grid + <usize>load<u32>(step) * rowBytes;
  const lower = grid + <usize>load<u32>(step, 4) * rowBytes;
  const share = load<f32>(step, 8);
  for (let x: usize = 0; x < rowBytes; x += 4) {
    store<f32>(line + x, between(load<f32>(upper + x), load<f32>(lower + x), share));
  }
}

/** A line of cells at a column's step. */
function interpolateColumn(line: usize, step: usize): f32 {
  const before = load<f32>(line + ((<usize>load<u32>(step)) << 2));
  const after = load<f32>(line + ((<usize>load<u32>(step, 4)) << 2));
  return between(before, after, load<f32>(step, 8));
}

function between(start: f32, end: f32, share: f32): f32 {
  return <f32>(<f64>start + (<f64>end - <f64>start) * <f64>share);
}
