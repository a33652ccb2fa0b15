/**
 * One row of a picture that is resized in float32, of any number of channels: each source row is weighed along its columns, the results are
 * weighed and summed, and the sums rounded half to even.
 * @param source `rows` packed rows of `length` bytes
 * @param rowWeights f32, one for each of them
 * @param firsts which source pixels make each output pixel: `firsts` and `counts` `[width]` u32, and weights `[width, taps]` f32
 * @param bias what sums begin with
 * @param sums room for `width * channels` f32, rounded up to 16 bytes
 * @param target `width * channels` bytes; up to 3 bytes behind the last are written, too
 */
export function weighRow(
  source: usize,
  length: usize,
  rows: u32,
  rowWeights: usize,
  channels: usize,
  firsts: usize,
  counts: usize,
  weights: usize,
  taps: usize,
  width: usize,
  bias: f32,
  sums: usize,
  target: usize,
): void {
  const outputs = width * channels;
  for (let i: usize = 0; i < outputs; i += 4) v128.store(sums + (i << 2), f32x4.splat(bias));
  for (let row: u32 = 0; row < rows; row++) {
    const rowWeight = load<f32>(rowWeights + (row << 2));
    let sum = sums;
    for (let x: usize = 0; x < width; x++) {
      const begin = source + <usize>load<u32>(firsts + (x << 2)) * channels;
      const count = <usize>load<u32>(counts + (x << 2));
      const own = weights + ((x * taps) << 2);
      for (let c: usize = 0; c < channels; c++) {
        let value: f32 = 0;
        let from = begin + c;
        for (let k: usize = 0; k < count; k++) {
          value += <f32>load<u8>(from) * load<f32>(own + (k << 2));
          from += channels;
        }
        store<f32>(sum, load<f32>(sum) + value * rowWeight);
        sum += 4;
      }
    }
    source += length;
  }
  for (let i: usize = 0; i < outputs; i += 4) {
    const rounded = i32x4.trunc_sat_f32x4_s(f32x4.nearest(v128.load(sums + (i << 2))));
    const halves = i16x8.narrow_i32x4_s(rounded, rounded);
    v128.store32_lane(target + i, i8x16.narrow_i16x8_u(halves, halves), 0);
  }
}
