import type { RgbImage } from '../../shared/picture/raster.ts';
import { colour } from './colour.ts';
import { contrast } from './contrast.ts';
import { grain } from './grain.ts';
import { light } from './light.ts';
import { pixelation } from './pixelation.ts';
import { saturation } from './saturation.ts';
import { sharpness } from './sharpness.ts';
import type { Statistic, StatisticName } from './statistic.ts';

/** In the order in which a picture is moved to several of them: what a later one changes, an earlier one does not measure. */
export const statistics: readonly Statistic[] = [light, contrast, colour, saturation, sharpness, grain, pixelation];

/** A picture's statistics, all or some of them. */
export type Measurements = ReadonlyMap<StatisticName, readonly number[]>;

export function measured(picture: RgbImage): Measurements {
  return new Map(statistics.map(({ name, measure }) => [name, measure(picture)]));
}

/** A copy in which each of these statistics is as given, as near as it can be brought there. */
export function movedTo(picture: RgbImage, values: Measurements): RgbImage {
  return statistics.reduce((moved, statistic) => {
    const to = values.get(statistic.name);
    return to === undefined ? moved : statistic.moved(moved, to);
  }, picture);
}
