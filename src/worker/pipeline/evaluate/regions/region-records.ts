import { type Region, regionMask, type SeenPicture } from '../../../../shared/picture/regions/region-mask.ts';
import type { Grid } from '../../../../shared/picture/upsample.ts';
import type { RegionRecord } from '../../../../shared/run/record.ts';
import { measureRegion } from './measure-region.ts';

/** An image's regions by class. */
export type RegionsByClass = ReadonlyMap<number, readonly Region[]>;

/** Where the objects of a run's images are. */
export interface RegionSource {
  /** Empty where nothing is known of the image. */
  ofImage(key: string): RegionsByClass;
}

/** Measures the maps of one image, each against the regions of the class that it explains; null where there are none. */
export function regionRecords(
  regions: RegionsByClass,
  seen: SeenPicture,
): (map: Grid & { class: number }, peak: { x: number; y: number }) => RegionRecord | null {
  const masks = new Map<number, Uint8Array | null>();
  const maskOf = (explained: number): Uint8Array | null => {
    const known = masks.get(explained);
    if (known !== undefined) return known;
    const own = regions.get(explained) ?? [];
    const mask = own.length === 0 ? null : regionMask(own, seen);
    masks.set(explained, mask);
    return mask;
  };
  return (map, peak) => {
    const mask = maskOf(map.class);
    return mask === null ? null : measureRegion(map, peak, mask, seen);
  };
}
