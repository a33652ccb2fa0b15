/** How one setting is read, whether it comes from a flag (always text) or from YAML (text, number, list). */

import { z } from 'zod';

/**
 * Splits a comma-separated list. `\,` is a comma that belongs to a name: `class:tench\, Tinca tinca`. White space around
 * parts is dropped, and so are empty parts.
 */
export function splitList(text: string): string[] {
  return text
    .split(/(?<!\\),/)
    .map((part) => part.replaceAll('\\,', ',').trim())
    .filter((part) => part !== '');
}

export const textSetting = z
  .union([z.string(), z.number().transform(String)], 'must be a text')
  .pipe(z.string().min(1, 'must not be empty'));

/** A list: from flags, each of which may hold several; from YAML, a list whose entries are taken whole, or one text. */
export const listSetting = z
  .union([z.string().transform(splitList), z.array(textSetting)], 'must be a list of texts')
  .refine((list) => list.length > 0, 'must name at least one')
  .transform((list) => [...new Set(list)]);

/** Splits globs at their commas, but not within braces: `*.{jpg,png},a/**` holds two. */
function splitGlobs(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const [token] of text.matchAll(/\\.|./gsu)) {
    if (token === '{') depth += 1;
    else if (token === '}' && depth > 0) depth -= 1;
    if (token === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${token === '\\,' && depth === 0 ? ',' : token}`);
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

const globProblem = "must hold globs that begin with the first part of a key, not with '/'";

/** A list of globs over keys. */
export const globListSetting = z
  .union([z.string().transform(splitGlobs), z.array(textSetting)], 'must be a list of globs')
  .refine((globs) => globs.length > 0, 'must name at least one')
  .refine((globs) => globs.every((glob) => !glob.startsWith('/')), globProblem);

/** A list of endings of file names; the dot may be left out. */
export const suffixListSetting = listSetting.transform((suffixes) => [
  ...new Set(suffixes.map((suffix) => (suffix.startsWith('.') ? suffix : `.${suffix}`).toLowerCase())),
]);

export const booleanSetting = z.boolean('must be true or false');

export function wholeNumber(least: number) {
  const problem = `must be a whole number of at least ${least}`;
  return numberSetting.pipe(z.int(problem).min(least, problem));
}

export const numberSetting = z
  .union([z.number(), z.string().trim().min(1).transform(Number)], 'must be a number')
  .pipe(z.number('must be a number'));

/** Several numbers: `0.5,0.5,0.5`, or a list in YAML. */
const numbersSetting = z
  .union([z.number().transform((value) => [value]), z.array(z.number()), z.string().transform(parseNumbers)])
  .pipe(z.array(z.number('must hold numbers only')));

function parseNumbers(text: string): number[] {
  return text.split(/\.\.|,/).map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
}

/** One number for each channel or band; a single number counts for all. */
export const channelsSetting = numbersSetting
  .refine((values) => values.length > 0, 'must be one number, or one for each channel, for example 0.485,0.456,0.406')
  .transform((values) => {
    const [first = 0] = values;
    return values.length === 1 ? [first, first, first] : values;
  });

/** Numbers of bands, from 1. */
export const bandsSetting = numbersSetting
  .refine((bands) => bands.length === 1 || bands.length === 3, 'must be one band or three, for example 4,3,2')
  .refine((bands) => bands.every((band) => Number.isInteger(band) && band > 0), 'must be whole numbers from 1 on');

export const rangeSetting = numbersSetting
  .pipe(z.tuple([z.number(), z.number()], 'must be two numbers, for example 0,255'))
  .refine(([low, high]) => low < high, 'must go from a smaller to a larger number');

const sizeProblem = 'must be one side such as 224, or height and width such as 240x320';
const side = z.int(sizeProblem).min(1, sizeProblem).max(16_384, sizeProblem);

/** `224` for a square, or height and width as `240x320`. */
export const sizeSetting = z
  .union([
    z.number().transform((value) => [value, value]),
    z.array(z.number()),
    z.string().transform((text) => {
      const sides = text.trim().split(/\s*[x×]\s*/);
      return sides.length === 1 ? [Number(sides[0]), Number(sides[0])] : sides.map(Number);
    }),
  ])
  .pipe(z.tuple([side, side], sizeProblem))
  .transform(([height, width]) => ({ height, width }));

/** `256` for the shorter side, or height and width as `256x256`. */
export const resizeSetting = z
  .union([z.number(), z.string(), z.array(z.number())], sizeProblem)
  .transform((given) => (/^\s*\d+\s*$/.test(String(given)) ? Number(given) : given))
  .pipe(z.union([side, sizeSetting], sizeProblem));

const colourProblem = 'must be mean, black, white, or three numbers from 0 to 255 such as 114,114,114';
const level = z.int(colourProblem).min(0, colourProblem).max(255, colourProblem);

/** The name of a colour, or red, green and blue. */
export const colourSetting = z.union(
  [z.enum(['mean', 'black', 'white']), numbersSetting.pipe(z.tuple([level, level, level]))],
  colourProblem,
);

/** The name of a preset, `auto`, or a path: whatever holds a dot or a slash. */
export function recipeSetting(presets: readonly string[]) {
  return textSetting.check((context) => {
    const { value } = context;
    if (presets.includes(value) || value === 'auto' || /[./\\]/.test(value)) return;
    context.issues.push({ code: 'invalid_value', values: [...presets, 'auto', 'a file'], input: value });
  });
}

const scaleProblem = "must be 'image' or a number above 0";

/** `image`, or the value that is the top of the scale in every picture. */
export const overlayScaleSetting = z
  .union([z.literal('image'), numberSetting], scaleProblem)
  .refine((scale) => scale === 'image' || scale > 0, scaleProblem);

const labelValuesProblem = 'must be three different values, for yes, no and unknown, for example 1,-1,0';

/** What three kinds of cells hold: `1,-1,0`. */
export const labelValuesSetting = z
  .union([z.string().transform((text) => text.split(',')), z.array(textSetting)], labelValuesProblem)
  .transform((values) => values.map((value) => value.trim()))
  .pipe(z.tuple([z.string(), z.string(), z.string()], labelValuesProblem))
  .refine((values) => new Set(values).size === values.length, labelValuesProblem);
