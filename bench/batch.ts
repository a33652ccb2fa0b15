import { Random } from '../demo/draw/random.ts';
import { pictureLength } from '../src/explain/pixel-input.ts';
import { imageSide } from './models/network.ts';

const benchInput = { channels: 3, height: imageSide, width: imageSide };

/**
 * `count` images of random values with mean 0 and variance 1, as normalised photos have them, `[count, channels, height, width]`:
 * each is noise of its own strength and colour, so that no two give the same logits.
 */
export function randomBatch(
  count: number,
  seed: number,
  { channels, height, width }: { channels: number; height: number; width: number } = benchInput,
): Float32Array {
  const random = new Random('batch', seed);
  const plane = height * width;
  const values = new Float32Array(count * channels * plane);
  for (let at = 0; at < count * channels; at++) {
    // A uniform share of the variance lies between planes, the rest between pixels.
    const share = random.next();
    const shift = random.sign() * Math.sqrt(share);
    const limit = Math.sqrt(3 * (1 - share));
    for (let i = at * plane; i < (at + 1) * plane; i++) values[i] = shift + random.between(-limit, limit);
  }
  return values;
}

/** `count` pictures of scattered bytes, `[count, height, width, 3]`. */
export function scatteredPictures(count: number): Uint8Array {
  return new Uint8Array(count * pictureLength(benchInput)).map((_, i) => (i * 2_654_435_761) >>> 24);
}
