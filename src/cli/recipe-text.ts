import type { PreprocessSettings } from '../shared/run/configuration.ts';

/** What was read in place of a preset, in one line; null where nothing was. */
export function recipeText(settings: PreprocessSettings): string | null {
  const { preset, size, fit, resize, cropPct, interpolation, antialias, mean, std, range, channels } = settings;
  if (typeof preset === 'string') return null;
  const sides = (value: number | { height: number; width: number }) =>
    typeof value === 'number' ? String(value) : `${value.height} x ${value.width}`;
  const parts = [
    ...(size === undefined ? [] : [`size ${sides(size)}`]),
    `fit ${fit}`,
    ...(resize === undefined ? [] : [`resize ${sides(resize)}`]),
    ...(cropPct === undefined ? [] : [`crop_pct ${cropPct}`]),
    `${interpolation}${antialias === false ? ' without antialiasing' : ''}`,
    `${channels?.toUpperCase()} ${range?.join(' to ')}`,
    `mean ${mean?.map(short).join(', ')}`,
    `std ${std?.map(short).join(', ')}`,
  ];
  return `Preprocessing as ${preset.readFrom} says: ${parts.join('; ')}.`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
