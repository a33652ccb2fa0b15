/** A recipe of preprocessing that was read, not typed: settings by their names, as `readConfiguration` has them, and where they are from. */

import { UserError } from '../../../explain/user-error.ts';
import type { CropCorner, Fit, Interpolation } from '../configuration.ts';

export type Triple = [number, number, number];

export interface RecipeSettings {
  size?: { height: number; width: number };
  fit: Exclude<Fit, 'none'>;
  resize?: number | { height: number; width: number };
  'crop-pct'?: number;
  'crop-corner'?: CropCorner;
  interpolation: Exclude<Interpolation, 'area'>;
  antialias?: boolean;
  pad?: Triple;
  range: [number, number];
  mean: Triple;
  std: Triple;
  channels: 'rgb' | 'bgr';
}

export interface Recipe {
  settings: RecipeSettings;
  /** What it was read from, in words: "preprocessor_config.json (Hugging Face)". */
  readFrom: string;
  /** Its field that decides the size that the model sees. */
  sizeField: string;
}

/** @param what of the recipe cannot be followed */
export function unusable(name: string, what: string): UserError {
  return new UserError(
    'bad-recipe',
    `The recipe ${name} cannot be followed: ${what}. ` +
      'Give a preset with --preprocess instead, and --size, --fit, --resize, --interpolation, --mean, --std where it differs.',
  );
}

/** Pillow's numbers of its filters. */
const numbered = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const;

/** A filter by Pillow's number or by its name, also as `InterpolationMode.BICUBIC`. @throws UserError `bad-recipe` */
export function interpolationOf(given: string | number, name: string): RecipeSettings['interpolation'] {
  if (typeof given === 'number') {
    const found = numbered[given];
    if (found !== undefined) return found;
  } else {
    const word = given.toLowerCase().replace(/^.*interpolationmode\./, '');
    const found = numbered.find((filter) => filter === word.replace(/[^a-z].*$/, ''));
    if (found !== undefined) return found;
  }
  throw unusable(name, `its interpolation '${given}' is none of ${numbered.join(', ')}`);
}

/** Numbers of each channel: three, or one that counts for all. @throws UserError `bad-recipe` */
export function perChannel(values: readonly number[], what: string, name: string): Triple {
  const [first, second = first, third = first] = values;
  if (
    (values.length === 1 || values.length === 3) &&
    first !== undefined &&
    second !== undefined &&
    third !== undefined
  ) {
    return [first, second, third];
  }
  throw unusable(name, `${what} has ${values.length} numbers, and pictures have three channels`);
}

/** Without what floats leave: 255 / 255 must be 1, and 255 * (1 / 255) is not quite that in every one. */
export function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
