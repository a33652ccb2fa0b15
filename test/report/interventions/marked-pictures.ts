/** Pictures with a white mark, and a network that goes by it. */

import { uniformNumbers } from '../../../src/explain/random-numbers.ts';
import { type Mask, maskOf } from '../../../src/interventions/mask.ts';
import type { Network, Pictures, SeenImage } from '../../../src/interventions/network.ts';
import type { TriedImage } from '../../../src/report/interventions/tried-image.ts';

const size = { width: 64, height: 64 };
export type Place = readonly [left: number, top: number];
export const upperLeft: Place = [4, 4];
export const lowerRight: Place = [44, 44];

/** Takes what has a white mark of a few pixels, anywhere, for class 0, and everything else for class 1. */
export class MarksAreCause implements Network {
  readonly size = size;
  asked = 0;

  async see(): Promise<SeenImage[]> {
    return [];
  }

  async ask(pictures: Pictures): Promise<Float32Array[]> {
    const answers: Float32Array[] = [];
    for await (const { pixels } of pictures) {
      this.asked += 1;
      const white = pixels.reduce((count, value) => count + Number(value > 240), 0) / 3;
      const logit = (white - 40) / 20;
      const total = Math.log(1 + Math.exp(logit));
      answers.push(Float32Array.of(logit - total, -total));
    }
    return answers;
  }
}

export function square([left, top]: Place): Mask {
  return maskOf(size, (x, y) => x >= left && y >= top && x < left + 16 && y < top + 16);
}

export function both(one: Place, other: Place): Mask {
  const [first, second] = [square(one), square(other)];
  return maskOf(size, (x, y) => [first, second].some(({ inside }) => inside[y * size.width + x] === 1));
}

/** Grey noise with a mark at a place that is the same for all but a little. */
export function marked(place: Place, count = 10): TriedImage[] {
  return Array.from({ length: count }, (_, row) => {
    const random = uniformNumbers(row + 1);
    const pixels = new Uint8Array(size.width * size.height * 3).map(() => 80 + 80 * random());
    const [left, top] = [place[0] + 2 + (row % 3), place[1] + 2 + (row % 2)];
    for (let y = top; y < top + 11; y++)
      pixels.fill(250, (y * size.width + left) * 3, (y * size.width + left + 11) * 3);
    const picture = { key: String(row), ...size, pixels };
    const heatmap = { height: 1, width: 1, values: [1] };
    return { row, key: picture.key, label: 1, predicted: 0, margin: 0.9, weight: 1, picture, heatmap };
  });
}
