/** The input batches of test/oracle/images.py, made again from their seed. */

const board = 4;

/** mulberry32: one 32-bit word a call. */
function words(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

export interface ImageBatch {
  seed: number;
  count: number;
  channels: number;
  height: number;
  width: number;
  layout: 'NCHW' | 'NHWC';
}

/** Values from -2.5 up to 2.5, `[count, channels, height, width]` or channels last. */
export function images({ seed, count, channels, height, width, layout }: ImageBatch): Float32Array {
  const next = words(seed);
  const level = () => (next() >>> 24) - 128;
  const boards = Float32Array.from({ length: count * channels * board * board }, () => level() / 64);
  const pixels = new Float32Array(count * channels * height * width);
  for (let plane = 0; plane < count * channels; plane++) {
    const image = Math.floor(plane / channels);
    const channel = plane % channels;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const row = Math.floor((y * board) / height);
        const column = Math.floor((x * board) / width);
        const value = (boards[(plane * board + row) * board + column] ?? Number.NaN) + level() / 256;
        const pixel =
          layout === 'NCHW'
            ? (plane * height + y) * width + x
            : ((image * height + y) * width + x) * channels + channel;
        pixels[pixel] = value;
      }
    }
  }
  return pixels;
}
