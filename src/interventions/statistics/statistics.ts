import { colour } from './colour.ts';
import { contrast } from './contrast.ts';
import { grain } from './grain.ts';
import { light } from './light.ts';
import { pixelation } from './pixelation.ts';
import { saturation } from './saturation.ts';
import { sharpness } from './sharpness.ts';
import type { Statistic } from './statistic.ts';

/** In the order in which a picture is moved to several of them: what a later one changes, an earlier one does not measure. */
export const statistics: readonly Statistic[] = [light, contrast, colour, saturation, sharpness, grain, pixelation];
