import { at } from '../../explain/at.ts';
import type { RgbImage, Size } from '../../shared/picture/raster.ts';
import { type Axis, axisOf, type Direction } from './soften.ts';
import { lumas, type Statistic, sampleOf } from './statistic.ts';

/** Sides of blocks that are looked for, in pixels. */
const smallest = 2.5;
const largest = 40;
/** Of what changes from one line of pixels to the next, the share that follows a grid: 1 where all of it does. A fence has a grid along one axis alone. */
const leastShare = 0.3;
/** Blocks are as wide as they are high, to this share. */
const mostUneven = 0.08;

/**
 * Side of the blocks of one colour that a picture is made of, in pixels; 1 where it is not: enlarged without smoothing, hidden behind coarse pixels, compressed beyond
 * recognition. The spectrum of how much neighbouring lines differ has a peak where they are set apart by a grid. Towards more, each block gets its mean colour.
 */
export const pixelation: Statistic = {
  name: 'pixelation',
  measure: (picture) => [blockSide(lumas(picture), picture)],
  moved: (picture, [to = 1]) => (to < smallest ? picture : inBlocks(picture, to)),
  isPresence: true,
  isLost: () => true,
  words: () => 'coarse pixels',
};

function blockSide(luma: Float64Array, size: Size): number {
  const [across, down] = [gridOf(luma, size, 'across'), gridOf(luma, size, 'down')];
  const isEven = Math.abs(Math.log(across.side / down.side)) < mostUneven;
  return isEven && Math.min(across.share, down.share) >= leastShare ? (across.side + down.side) / 2 : 1;
}

interface Grid {
  side: number;
  share: number;
}

function gridOf(luma: Float64Array, size: Size, direction: Direction): Grid {
  const changes = changesAlong(luma, axisOf(size, direction));
  const all = changes.reduce((sum, change) => sum + change, 0);
  if (all === 0) return { side: 1, share: 0 };
  const about = changes.map((change) => change - all / changes.length);
  const step = 1 / (4 * changes.length);
  const found: Grid[] = [];
  for (let frequency = 1 / largest; frequency <= 1 / smallest; frequency += step) {
    found.push({ side: 1 / frequency, share: amplitude(about, frequency) / all });
  }
  const most = found.reduce((share, grid) => Math.max(share, grid.share), 0);
  // Multiples of the grid's frequency have peaks, too.
  const first = found.findIndex((grid, i) => grid.share >= most * 0.7 && grid.share >= (found[i + 1]?.share ?? 0));
  return found[first] ?? { side: 1, share: 0 };
}

/** Of a discrete Fourier transform, at any frequency. */
function amplitude(values: Float64Array, frequency: number): number {
  // By Horner's rule, the last value first: a sine for each value would take most of the time of a picture.
  const [cosine, sine] = [Math.cos(2 * Math.PI * frequency), Math.sin(2 * Math.PI * frequency)];
  let [real, imaginary] = [0, 0];
  for (let place = values.length - 1; place >= 0; place--) {
    [real, imaginary] = [at(values, place) + real * cosine - imaginary * sine, real * sine + imaginary * cosine];
  }
  return Math.hypot(real, imaginary);
}

/** How much each value differs from the next of its line, summed over the lines. */
function changesAlong(luma: Float64Array, { lines, length, lineStep, step }: Axis): Float64Array {
  const changes = new Float64Array(length - 1);
  for (let line = 0; line < lines; line++) {
    for (let place = 0, from = line * lineStep; place < length - 1; place++, from += step) {
      changes[place] = at(changes, place) + Math.abs(at(luma, from + step) - at(luma, from));
    }
  }
  return changes;
}

function inBlocks(picture: RgbImage, side: number): RgbImage {
  const { width, height, pixels } = picture;
  const columns = Math.ceil(width / side);
  const blocks = columns * Math.ceil(height / side);
  const sums = new Float64Array(blocks * 3);
  const counts = new Float64Array(blocks);
  const blockOf = (pixel: number) =>
    Math.floor(Math.floor(pixel / width) / side) * columns + Math.floor((pixel % width) / side);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const block = blockOf(pixel);
    counts[block] = at(counts, block) + 1;
    for (let channel = 0; channel < 3; channel++) {
      sums[block * 3 + channel] = at(sums, block * 3 + channel) + at(pixels, pixel * 3 + channel);
    }
  }
  const means = sums.map((sum, place) => sampleOf(sum / at(counts, Math.floor(place / 3))));
  const coarse = new Uint8Array(pixels.length);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const block = blockOf(pixel);
    for (let channel = 0; channel < 3; channel++) coarse[pixel * 3 + channel] = at(means, block * 3 + channel);
  }
  return { ...picture, pixels: coarse };
}
