/** What a camera adds: exposure, a colour cast, darker corners and grain. */

import type { Random } from './random.ts';

/** Changes `pixels` (RGB, 8 bits, `side` x `side`) in place. */
export function expose(pixels: Uint8Array, side: number, random: Random): void {
  const exposure = random.between(0.94, 1.16);
  const cast = [random.between(0.95, 1.05), random.between(0.98, 1.02), random.between(0.95, 1.05)];
  const contrast = random.between(0.9, 1.1);
  const vignette = random.between(0.08, 0.3);
  const grain = random.between(2, 5.5);
  const middle = (side - 1) / 2;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const away = ((x - middle) ** 2 + (y - middle) ** 2) / (2 * middle * middle);
      const gain = exposure * (1 - vignette * away);
      // The sum of three uniform numbers is close enough to a normal one; grain is the same in all channels.
      const speck = (random.next() + random.next() + random.next() - 1.5) * 2 * grain;
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * side + x) * 3 + channel;
        const value = (pixels[at] ?? 0) * gain * (cast[channel] ?? 1);
        pixels[at] = Math.max(0, Math.min(255, Math.round((value - 128) * contrast + 128 + speck)));
      }
    }
  }
}
