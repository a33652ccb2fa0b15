import type { PixelScaling } from '../../../explain/options.ts';
import { sampleValues } from '../../../explain/pixel-input.ts';
import { UserError } from '../../../explain/user-error.ts';
import type { Fit, PreprocessPreset, PreprocessSettings } from '../../../shared/run/configuration.ts';

/** How bytes become a model's input, with nothing left open. */
export interface Preprocessing extends PixelScaling {
  /** What the model sees, in pixels. */
  size: { height: number; width: number };
  /**
   * - `crop`: the middle of the picture, see `resize`;
   * - `squish`: the whole picture, both sides scaled on their own;
   * - `pad`: the whole picture in its own proportions, in the middle of a plain ground that the model sees as nearly zero;
   * - `none`: as it is; another size is an error.
   */
  fit: Fit;
  /**
   * For `crop`. A number: the shorter side is scaled to it and the middle cut out (torchvision's Resize and CenterCrop). `null`: the
   * largest middle part of the model's proportions is cut out and scaled (fastai's Resize).
   */
  resize: number | null;
}

interface Recipe extends Omit<Preprocessing, 'size' | 'resize'> {
  /** `recipe`: 256 for a size of 224, scaled with it. `largest`: see `Preprocessing.resize`. */
  resize: 'recipe' | 'largest';
}

const imagenetMean: [number, number, number] = [0.485, 0.456, 0.406];
const imagenetStd: [number, number, number] = [0.229, 0.224, 0.225];

const recipes: Record<PreprocessPreset, Recipe> = {
  /** torchvision: Resize(256), CenterCrop(224), ToTensor, Normalize. */
  imagenet: {
    fit: 'crop',
    resize: 'recipe',
    range: [0, 1],
    mean: imagenetMean,
    std: imagenetStd,
    channels: 'rgb',
  },
  /** fastai: Resize(224) as applied to a validation set, Normalize.from_stats(*imagenet_stats). */
  fastai: {
    fit: 'crop',
    resize: 'largest',
    range: [0, 1],
    mean: imagenetMean,
    std: imagenetStd,
    channels: 'rgb',
  },
  /** Caffe's ImageNet models (SqueezeNet, the VGG originals): raw BGR minus the mean colour, on the geometry of `imagenet`. */
  caffe: {
    fit: 'crop',
    resize: 'recipe',
    range: [0, 255],
    mean: [104, 117, 123],
    std: [1, 1, 1],
    channels: 'bgr',
  },
  /** TensorFlow's scaling to -1..1, on the geometry of `imagenet`. */
  tf: { fit: 'crop', resize: 'recipe', range: [-1, 1], mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' },
  /** The picture as it is: 0 to 255, no mean, no scaling, for models that hold their own preprocessing. */
  none: { fit: 'none', resize: 'largest', range: [0, 255], mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' },
};

/**
 * Fills what the settings leave out from their preset. With another size than 224 the shorter side becomes `size * 256 / 224` of the larger
 * side, rounded: 342 for Inception's 299, as in its own recipe. A preset's mean and std follow its colours when only `channels` changes.
 * @param modelSize what the model asks for; used where the settings give no size
 * @throws UserError `wrong-preprocessing` where settings contradict each other
 */
export function resolvePreprocessing(
  settings: PreprocessSettings,
  modelSize: { height: number; width: number } = { height: 224, width: 224 },
): Preprocessing {
  const recipe = recipes[settings.preset];
  const size = settings.size ?? modelSize;
  if (!isCount(size.height) || !isCount(size.width)) {
    throw wrong(
      `size ${size.height} x ${size.width} is not a size in whole pixels`,
      'Give one side or height and width, such as 224.',
    );
  }
  const fit = settings.fit ?? recipe.fit;
  return {
    size: { height: size.height, width: size.width },
    fit,
    resize: resizeSide(settings, recipe, fit, Math.max(size.height, size.width)),
    ...pixelScaling(settings),
  };
}

/** What samples mean to the model. @throws UserError `wrong-preprocessing` where settings contradict each other */
export function pixelScaling(settings: PreprocessSettings): PixelScaling {
  const recipe = recipes[settings.preset];
  const channels = settings.channels ?? recipe.channels;
  const range = settings.range ?? recipe.range;
  if (range[0] === range[1]) {
    throw wrong(
      `range ${range[0]} to ${range[1]} makes every pixel the same`,
      'Give the values of black and of white, such as 0,1.',
    );
  }
  checkUnits(settings, recipe);
  const std = settings.std ?? inOrder(recipe.std, recipe.channels, channels);
  if (std.some((value) => value === 0 || !Number.isFinite(value))) {
    throw wrong(`std ${std.join(',')} divides by zero`, 'Give three numbers above 0.');
  }
  const mean = settings.mean ?? inOrder(recipe.mean, recipe.channels, channels);
  return {
    range: [range[0], range[1]],
    mean: [mean[0], mean[1], mean[2]],
    std: [std[0], std[1], std[2]],
    channels,
  };
}

function resizeSide(settings: PreprocessSettings, recipe: Recipe, fit: Fit, longerSide: number): number | null {
  const { resize } = settings;
  if (resize === undefined) {
    return fit === 'crop' && recipe.resize === 'recipe' ? Math.round((longerSide * 256) / 224) : null;
  }
  if (fit !== 'crop') {
    throw wrong(`resize ${resize} has no meaning with fit ${fit}`, 'Leave resize out, or set fit to crop.');
  }
  if (!isCount(resize) || resize < longerSide) {
    throw wrong(
      `resize ${resize} is smaller than the size of ${longerSide} that is cut out of the result`,
      `Give a whole number of pixels from ${longerSide} up.`,
    );
  }
  return resize;
}

/** A preset's mean and std are in the units of its range; with another range they would be silently wrong. */
function checkUnits(settings: PreprocessSettings, recipe: Recipe): void {
  const { range } = settings;
  if (range === undefined || (range[0] === recipe.range[0] && range[1] === recipe.range[1])) return;
  const meanIsMissing = settings.mean === undefined && recipe.mean.some((value) => value !== 0);
  const stdIsMissing = settings.std === undefined && recipe.std.some((value) => value !== 1);
  if (!meanIsMissing && !stdIsMissing) return;
  throw wrong(
    `range ${range.join(',')} differs from the ${recipe.range.join(',')} that the mean and std of ${settings.preset} are meant for`,
    'Give mean and std as well, in the units of the new range.',
  );
}

function inOrder(values: [number, number, number], from: 'rgb' | 'bgr', to: 'rgb' | 'bgr'): [number, number, number] {
  return from === to ? values : [values[2], values[1], values[0]];
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

function wrong(what: string, nextStep: string): UserError {
  return new UserError('wrong-preprocessing', `The preprocessing cannot be used: ${what}. ${nextStep}`);
}

/** The colour that the model sees as nearly zero in every channel, in RGB. */
export function zeroColour(preprocessing: Preprocessing, channels: 1 | 3): [number, number, number] {
  const [first = 0, second = first, third = first] = sampleValues(preprocessing, { channels }).map(nearestToZero);
  return preprocessing.channels === 'bgr' && channels === 3 ? [third, second, first] : [first, second, third];
}

function nearestToZero(values: Float32Array): number {
  let best = 0;
  values.forEach((value, sample) => {
    if (Math.abs(value) < Math.abs(values[best] ?? 0)) best = sample;
  });
  return best;
}
