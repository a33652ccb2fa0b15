/** A square picture in the making: a view of a photograph, on which cues are drawn. */

import sharp, { type Sharp } from 'sharp';

/** Side of every picture in pixels. */
export const side = 256;

/** RGB, each 0 to 255. */
export type Colour = readonly [number, number, number];

/** In pixels of the picture. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

const raw = { width: side, height: side, channels: 3 } as const;

export class Picture {
  /** RGB, 8 bits, `[side, side, 3]` */
  bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Draws SVG elements, in pixels, over the picture. */
  async paint(elements: string): Promise<void> {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${elements}</svg>`;
    const painted = sharp(this.bytes, { raw }).composite([{ input: Buffer.from(svg) }]);
    this.bytes = await painted.removeAlpha().raw().toBuffer();
  }

  /** Runs the picture through sharp. */
  async process(change: (image: Sharp) => Sharp): Promise<void> {
    this.bytes = await change(sharp(this.bytes, { raw })).raw().toBuffer();
  }

  /** Replaces each pixel. */
  map(change: (red: number, green: number, blue: number) => Colour): void {
    const changed = new Uint8ClampedArray(this.bytes.length);
    for (let at = 0; at < changed.length; at += 3)
      changed.set(change(this.bytes[at] ?? 0, this.bytes[at + 1] ?? 0, this.bytes[at + 2] ?? 0), at);
    this.bytes = new Uint8Array(changed.buffer);
  }

  async png(): Promise<Buffer> {
    return sharp(this.bytes, { raw }).png().toBuffer();
  }
}

export function cssOf(colour: Colour): string {
  return `rgb(${colour.map(Math.round).join(',')})`;
}
