import { colourCount, colourTable } from '../../src/shared/picture/colormap.ts';
import type { RgbImage } from '../../src/shared/picture/raster.ts';
import { cover, type Grid, interpolateRow } from '../../src/shared/picture/upsample.ts';
import type { OverlaySettings } from '../../src/shared/run/configuration.ts';
import type { Canvas, OverlayLook } from '../../src/worker/pipeline/render/overlay.ts';

/**
 * Draws a raw map over a picture: cells clipped below zero, divided by the map's maximum or by the fixed scale, bilinearly enlarged, coloured
 * and mixed in with the same opacity everywhere. A map without a positive finite cell gets the colormap's lowest colour throughout.
 */
export function blendOverlay(canvas: Canvas, map: Grid, look: OverlayLook): RgbImage {
  const { pixels, width, height } = canvas;
  const area = canvas.area ?? { left: 0, top: 0, width, height };
  const coverage = cover(map, area, canvas);
  const photo = photoShares(look.alpha);
  const colours = colourShares(look);
  const steps = { ...map, values: colourSteps(map.values, look.scale) };
  const blended = Uint8Array.from(pixels);
  const line = new Float32Array(coverage.columns.share.length);
  const rows = coverage.rows.share.length;
  for (let row = 0; row < rows; row++) {
    interpolateRow(steps, coverage, row, line);
    let at = ((coverage.top + row) * width + coverage.left) * 3;
    for (let x = 0; x < line.length; x++, at += 3) {
      const colour = ((line[x] ?? 0) | 0) * 3;
      blended[at] = ((photo[pixels[at] ?? 0] ?? 0) + (colours[colour] ?? 0)) >> 8;
      blended[at + 1] = ((photo[pixels[at + 1] ?? 0] ?? 0) + (colours[colour + 1] ?? 0)) >> 8;
      blended[at + 2] = ((photo[pixels[at + 2] ?? 0] ?? 0) + (colours[colour + 2] ?? 0)) >> 8;
    }
  }
  return { pixels: blended, width, height };
}

/** Cells as places in the colour table, 0 to 255 with fractions, so that interpolation and lookup need no further scaling. */
function colourSteps(values: Float32Array, scale: OverlaySettings['scale']): Float32Array {
  const positive = values.map((value) => (Number.isFinite(value) && value > 0 ? value : 0));
  const top = scale === 'image' ? positive.reduce((most, value) => Math.max(most, value), 0) : scale;
  if (top <= 0) return positive.fill(0);
  // The table's last step is the maximum alone, as matplotlib has it.
  return positive.map((value) => Math.min((value / top) * colourCount, colourCount - 1));
}

/** What each 8-bit sample of the photo adds, times 256. */
function photoShares(alpha: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, sample) => Math.round((1 - alpha) * sample * 256));
}

/** What each entry of the colour table adds, times 256, with the half that rounds the sum. */
function colourShares({ colormap, alpha }: OverlayLook): Int32Array {
  return Int32Array.from(colourTable(colormap), (level) => Math.round(alpha * level * 256) + 128);
}
