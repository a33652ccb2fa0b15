import { useEffect, useRef } from 'preact/hooks';
import { colourCount, colourTable } from '../../../../shared/picture/colormap.ts';
import { cover, interpolateRow } from '../../../../shared/picture/upsample.ts';
import type { OverlayLook } from '../../page-data.ts';
import type { Heatmap } from '../details.ts';

interface HeatmapCanvasProps {
  heatmap: Heatmap;
  look: OverlayLook;
  /** Pixels of the canvas; the style decides how large it is shown. */
  width: number;
  height: number;
  class?: string;
}

/** A map in colours, enlarged as overlays are: clipped below zero, bilinear, with half-pixel centres. */
export function HeatmapCanvas({ heatmap, look, width, height, class: name }: HeatmapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    context?.putImageData(coloured(heatmap, look, width, height), 0, 0);
  }, [heatmap, look, width, height]);
  return <canvas ref={canvas} class={name} width={width} height={height} />;
}

function coloured(heatmap: Heatmap, look: OverlayLook, width: number, height: number): ImageData {
  const picture = new ImageData(width, height);
  const table = colourTable(look.colormap);
  const steps = { ...heatmap, values: colourSteps(heatmap.values, look.scale) };
  const coverage = cover(heatmap, { left: 0, top: 0, width, height }, { width, height });
  const line = new Float32Array(width);
  for (let y = 0; y < height; y += 1) {
    interpolateRow(steps, coverage, y, line);
    for (let x = 0; x < width; x += 1) {
      const step = Math.floor(line[x] ?? 0) * 3;
      const at = (y * width + x) * 4;
      picture.data.set(table.subarray(step, step + 3), at);
      picture.data[at + 3] = 255;
    }
  }
  return picture;
}

function colourSteps(values: Float32Array, scale: OverlayLook['scale']): Float32Array {
  const top = scale === 'image' ? values.reduce((most, value) => Math.max(most, value), 0) : scale;
  return values.map((value) => (top > 0 && value > 0 ? Math.min((value / top) * colourCount, colourCount - 1) : 0));
}
