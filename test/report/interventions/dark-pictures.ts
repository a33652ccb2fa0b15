/** Pictures of which only the brightness counts, and a network that goes by it. */

import { uniformNumbers } from '../../../src/explain/random-numbers.ts';
import type { Network, Pictures, SeenImage } from '../../../src/interventions/network.ts';
import type { SampledImage } from '../../../src/report/clusters/sample.ts';

const size = { width: 32, height: 32 };

/** Speckled; its key says how bright it is. */
export function pictureOf(key: string): SeenImage {
  const [, row = '0', brightness = '0'] = /^(\d+)-(\d+)$/.exec(key) ?? [];
  const random = uniformNumbers(Number(row) + 1);
  const pixels = new Uint8Array(size.width * size.height * 3).map(() => Number(brightness) * (0.8 + 0.4 * random()));
  return { key, ...size, pixels };
}

function brightnessOf({ pixels }: SeenImage): number {
  return pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
}

/** Takes whatever is dark for night, class 0; the rest is day, class 1, or where it is very bright snow, class 2. */
export class DarkIsNight implements Network {
  readonly size = size;
  asked = 0;

  async see(keys: readonly string[]): Promise<SeenImage[]> {
    return keys.map(pictureOf);
  }

  async ask(pictures: Pictures): Promise<Float32Array[]> {
    const answers: Float32Array[] = [];
    for await (const picture of pictures) {
      this.asked += 1;
      const logits = [(90 - brightnessOf(picture)) / 10, 0, (brightnessOf(picture) - 170) / 10];
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      answers.push(Float32Array.from(logits, (logit) => logit - total));
    }
    return answers;
  }
}

/** Of one label and one answer, about as bright, in rows from `first` on. */
export function images(
  count: number,
  label: number,
  predicted: number,
  brightness: number,
  first: number,
): SampledImage[] {
  return Array.from({ length: count }, (_, i) => {
    const row = first + i;
    return { row, key: `${row}-${brightness + (i % 5) * 2}`, label, predicted, margin: 0.9, weight: 1 };
  });
}
