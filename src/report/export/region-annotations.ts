/** Regions that the run was given (`--regions`), as annotations of the exported images. */

import { type CocoRegions, readCocoRegions } from '../../shared/picture/regions/coco.ts';
import type { Region, RegionShape } from '../../shared/picture/regions/region-mask.ts';
import { fillRuns } from '../../shared/picture/regions/run-lengths.ts';
import type { SeenPart } from '../../shared/run/record.ts';
import type { ExportedRun } from './exported-run.ts';
import { type Box, cornersOf } from './map-boxes.ts';

export interface RegionAnnotation {
  box: Box;
  /** Pixels. */
  area: number;
  polygons: number[][];
}

type Size = Pick<SeenPart, 'width' | 'height'>;

/** @returns null where the run had none. @throws UserError `bad-regions`; StoreError */
export async function openRegions(run: ExportedRun): Promise<CocoRegions | null> {
  return run.regions === null ? null : readCocoRegions(run.regions, run.names);
}

/**
 * In pixels of the original. Masks of run lengths become the polygon of their box: COCO stores them at the size of the annotated image alone.
 * @returns null for a region without any extent
 */
export function annotationOf({ image, shape }: Region, original: Size): RegionAnnotation | null {
  const annotated = image ?? original;
  const scale = { x: original.width / annotated.width, y: original.height / annotated.height };
  const outline = outlineOf(shape, annotated);
  if (outline === null) return null;
  const polygons = outline.polygons.map((polygon) =>
    polygon.map((value, at) => value * (at % 2 === 0 ? scale.x : scale.y)),
  );
  const xs = polygons.flatMap((polygon) => polygon.filter((_, at) => at % 2 === 0));
  const ys = polygons.flatMap((polygon) => polygon.filter((_, at) => at % 2 === 1));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const box = { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
  if (!(box.width > 0 && box.height > 0)) return null;
  return { box, area: outline.area * scale.x * scale.y, polygons };
}

/** In pixels of the annotated image. */
function outlineOf(shape: RegionShape, annotated: Size): { polygons: number[][]; area: number } | null {
  switch (shape.kind) {
    case 'box':
      return { polygons: [cornersOf(shape)], area: shape.width * shape.height };
    case 'polygons': {
      const polygons = shape.polygons.filter((polygon) => polygon.length >= 6).map(withoutHalfPoint);
      return polygons.length === 0
        ? null
        : { polygons, area: polygons.reduce((sum, polygon) => sum + polygonArea(polygon), 0) };
    }
    case 'runs': {
      const across = annotated.width / shape.size.width;
      const down = annotated.height / shape.size.height;
      const { box, pixels } = maskFacts(shape.counts, shape.size);
      if (box === null) return null;
      const scaled = {
        left: box.left * across,
        top: box.top * down,
        width: box.width * across,
        height: box.height * down,
      };
      return { polygons: [cornersOf(scaled)], area: pixels * across * down };
    }
  }
}

function withoutHalfPoint(polygon: readonly number[]): number[] {
  return polygon.slice(0, polygon.length - (polygon.length % 2));
}

/** The shoelace formula. */
function polygonArea(polygon: readonly number[]): number {
  let twice = 0;
  for (let i = 0; i < polygon.length; i += 2) {
    const next = (i + 2) % polygon.length;
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = [polygon[i], polygon[i + 1], polygon[next], polygon[next + 1]];
    twice += x0 * y1 - x1 * y0;
  }
  return Math.abs(twice) / 2;
}

/** Run lengths go down the columns. */
function maskFacts(counts: number[], { width, height }: Size): { box: Box | null; pixels: number } {
  const mask = fillRuns(counts, width * height);
  let [pixels, left, top, right, bottom] = [0, width, height, -1, -1];
  for (const [at, inside] of mask.entries()) {
    if (inside !== 1) continue;
    pixels += 1;
    const [column, row] = [Math.floor(at / height), at % height];
    left = Math.min(left, column);
    right = Math.max(right, column);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row);
  }
  return { pixels, box: pixels === 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 } };
}
