/** A small raster to draw on: shapes are signed distances, so that edges are smooth without a graphics library. */

/** Side of every picture in pixels. */
export const side = 64;

/** RGB, each 0 to 255. */
export type Colour = readonly [number, number, number];

/** Signed distance in pixels from a point to the edge of a shape: negative inside. */
export type Shape = (x: number, y: number) => number;

export class Canvas {
  /** `[side, side, 3]`, not yet rounded. */
  readonly values = new Float32Array(side * side * 3);

  /** Sets every pixel. */
  fill(colourAt: (x: number, y: number) => Colour): void {
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) this.values.set(colourAt(x, y), (y * side + x) * 3);
    }
  }

  /** Paints a shape; its edge covers a pixel in part. */
  paint(shape: Shape, colour: Colour, opacity = 1): void {
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        const covered = Math.max(0, Math.min(1, 0.5 - shape(x, y))) * opacity;
        if (covered > 0) this.#blend((y * side + x) * 3, colour, covered);
      }
    }
  }

  /** Changes each channel by itself. */
  adjust(change: (value: number, channel: number) => number): void {
    for (let at = 0; at < this.values.length; at += 1) this.values[at] = change(this.values[at] ?? 0, at % 3);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.values, (value) => Math.max(0, Math.min(255, Math.round(value))));
  }

  #blend(at: number, colour: Colour, covered: number): void {
    for (const [channel, value] of colour.entries()) {
      const old = this.values[at + channel] ?? 0;
      this.values[at + channel] = old + (value - old) * covered;
    }
  }
}
