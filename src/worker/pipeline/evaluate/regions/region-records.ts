import { type Region, regionMask, type SeenPicture } from '../../../../shared/picture/regions/region-mask.ts';
import type { Grid } from '../../../../shared/picture/upsample.ts';
import type { RegionRecord } from '../../../../shared/run/record.ts';
import { measureRegion } from './measure-region.ts';

/** Where the objects of a run's images are. */
export interface RegionSource {
  /** Of a class in an image; empty where none is known. */
  of(key: string, explained: number): readonly Region[];
}

/** Measures the maps of one image, each against the regions of the class that it explains; null where there are none. */
export function regionRecords(
  source: RegionSource,
  key: string,
  seen: SeenPicture,
): (map: Grid & { class: number }, peak: { x: number; y: number }) => RegionRecord | null {
  const masks = new Map<number, Uint8Array | null>();
  const maskOf = (explained: number): Uint8Array | null => {
    const known = masks.get(explained);
    if (known !== undefined) return known;
    const regions = source.of(key, explained);
    const mask = regions.length === 0 ? null : regionMask(regions, seen);
    masks.set(explained, mask);
    return mask;
  };
  return (map, peak) => {
    const mask = maskOf(map.class);
    return mask === null ? null : measureRegion(map, peak, mask, seen);
  };
}
