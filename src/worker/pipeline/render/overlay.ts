import { colourCount, colourTable } from '../../../shared/picture/colormap.ts';
import { freshKernels } from '../../../shared/picture/kernels/kernels.ts';
import type { Rectangle, RgbImage } from '../../../shared/picture/raster.ts';
import { type Coverage, cover, type Grid } from '../../../shared/picture/upsample.ts';
import type { OverlaySettings } from '../../../shared/run/configuration.ts';
import { encodePicture } from './encode.ts';

/** About as many bytes of a picture lie in the kernels' memory at once. */
const bandBytes = 2 ** 20;

/** What a map is drawn on. A decoded image is one: the map covers all of it. */
export interface Canvas extends RgbImage {
  /**
   * The part that the map covers, in the canvas's pixels; default all of it. For an overlay on the original, the canvas is the whole
   * oriented picture (`decodeOriginal`) and the area is the decoded image's `placement`. Pixels outside keep the photo's colours.
   */
  area?: Rectangle;
}

export type OverlayLook = Pick<OverlaySettings, 'colormap' | 'alpha' | 'scale' | 'format'>;

/** Draws a raw map over a picture and encodes the result. Safe to call for several maps of one canvas: the canvas is only read. */
export async function renderOverlay(canvas: Canvas, map: Grid, look: OverlayLook): Promise<Buffer> {
  return encodePicture(blendOverlay(canvas, map, look), look.format);
}

/**
 * Draws a raw map over a picture: cells clipped below zero, divided by the map's maximum or by the fixed scale, bilinearly enlarged, coloured
 * and mixed in with the same opacity everywhere. A map without a positive finite cell gets the colormap's lowest colour throughout.
 */
export function blendOverlay(canvas: Canvas, map: Grid, look: OverlayLook): RgbImage {
  const { pixels, width, height } = canvas;
  const { left, top, columns, rows } = cover(map, canvas.area ?? { left: 0, top: 0, width, height }, canvas);
  const blended = new Uint8Array(pixels);
  const stride = width * 3;
  const bandHeight = Math.max(Math.floor(bandBytes / stride), 1);
  const { photo, colours } = sharesFor(look);
  const values = colourSteps(map.values, look.scale);
  const [down, across] = [packSteps(rows), packSteps(columns)];
  const rowCount = rows.share.length;
  for (let from = 0; from < rowCount; from += bandHeight) {
    const count = Math.min(bandHeight, rowCount - from);
    const kernels = freshKernels();
    const band = kernels.put(blended.subarray((top + from) * stride, (top + from + count) * stride));
    kernels.functions.blend(
      band + left * 3,
      stride,
      kernels.put(values),
      map.width,
      kernels.put(down.subarray(from * 3, (from + count) * 3)),
      count,
      kernels.put(across),
      columns.share.length,
      kernels.place(map.width * Float32Array.BYTES_PER_ELEMENT),
      kernels.put(photo),
      kernels.put(colours),
    );
    blended.set(kernels.bytes(band, count * stride), (top + from) * stride);
  }
  return { pixels: blended, width, height };
}

/** Steps along an axis as the kernel takes them (assembly/blend.ts): two cells and a share, of 32 bits each. */
function packSteps({ before, after, share }: Coverage['rows']): Uint32Array {
  const packed = new Uint32Array(share.length * 3);
  const shares = new Float32Array(packed.buffer);
  for (let i = 0; i < share.length; i++) {
    packed[i * 3] = before[i] ?? 0;
    packed[i * 3 + 1] = after[i] ?? 0;
    shares[i * 3 + 2] = share[i] ?? 0;
  }
  return packed;
}

/** Cells as places in the colour table, 0 to 255 with fractions, so that interpolation and lookup need no further scaling. */
function colourSteps(values: Float32Array, scale: OverlaySettings['scale']): Float32Array {
  const steps = new Float32Array(values.length);
  let highest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (!Number.isFinite(value) || value <= 0) continue;
    steps[i] = value;
    highest = Math.max(highest, value);
  }
  const top = scale === 'image' ? highest : scale;
  if (top <= 0) return steps.fill(0);
  // The table's last step is the maximum alone, as matplotlib has it.
  for (let i = 0; i < steps.length; i++) steps[i] = Math.min(((steps[i] ?? 0) / top) * colourCount, colourCount - 1);
  return steps;
}

interface Shares {
  colormap: OverlayLook['colormap'];
  alpha: number;
  /** What each 8-bit sample of the photo adds, times 256. */
  photo: Uint16Array;
  /** What each entry of the colour table adds, times 256, with the half that rounds the sum: `[256, 4]`, the fourth of each unused. */
  colours: Uint16Array;
}

/** Of the look that was asked for last: a run has one. */
let lastShares: Shares | null = null;

function sharesFor({ colormap, alpha }: OverlayLook): Shares {
  if (lastShares?.colormap === colormap && lastShares.alpha === alpha) return lastShares;
  const photo = Uint16Array.from({ length: 256 }, (_, sample) => Math.round((1 - alpha) * sample * 256));
  const colours = new Uint16Array(colourCount * 4);
  colourTable(colormap).forEach((level, i) => {
    colours[Math.floor(i / 3) * 4 + (i % 3)] = Math.round(alpha * level * 256) + 128;
  });
  lastShares = { colormap, alpha, photo, colours };
  return lastShares;
}
