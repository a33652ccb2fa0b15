import type { PixelScaling } from '../../../explain/options.ts';
import { sampleValues } from '../../../explain/pixel-input.ts';
import { UserError } from '../../../explain/user-error.ts';
import type { Size } from '../../../shared/picture/raster.ts';
import type { Fit, PadPlace, PreprocessPreset, PreprocessSettings } from '../../../shared/run/configuration.ts';
import type { GeometrySettings } from './geometry.ts';
import type { Resampling } from './resample.ts';

/** How bytes become a model's input, with nothing left open. */
export interface Preprocessing extends PixelScaling, GeometrySettings {
  resampling: Resampling;
  /** For `pad`. */
  ground: { colour: [number, number, number] | 'mean'; at: PadPlace };
}

interface Recipe extends PixelScaling {
  fit: Fit;
  /** `recipe`: 256 for a size of 224, scaled with it. `size`: the model's own. `largest`: see `Preprocessing.resize`. */
  resize: 'recipe' | 'size' | 'largest';
  /** Default true. */
  antialias?: boolean;
}

const imagenetMean: [number, number, number] = [0.485, 0.456, 0.406];
const imagenetStd: [number, number, number] = [0.229, 0.224, 0.225];

const keras = { fit: 'squish', resize: 'largest', antialias: false } as const;

/** The picture as it is: 0 to 255, no mean, no scaling, for models that hold their own preprocessing. */
const plain: Recipe = {
  fit: 'none',
  resize: 'largest',
  range: [0, 255],
  mean: [0, 0, 0],
  std: [1, 1, 1],
  channels: 'rgb',
};

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
  /** What Keras's preprocess_input does in its three modes; pictures as image_dataset_from_directory scales them. */
  'keras-caffe': {
    ...keras,
    range: [0, 255],
    mean: [103.939, 116.779, 123.68],
    std: [1, 1, 1],
    channels: 'bgr',
  },
  'keras-tf': { ...keras, range: [-1, 1], mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' },
  'keras-torch': { ...keras, range: [0, 1], mean: imagenetMean, std: imagenetStd, channels: 'rgb' },
  /** Ultralytics' classify_transforms: Resize(size), CenterCrop(size), ToTensor. */
  ultralytics: { ...plain, fit: 'crop', resize: 'size', range: [0, 1] },
  none: plain,
};

function recipeOf({ preset }: PreprocessSettings): Recipe {
  return typeof preset === 'string' ? recipes[preset] : plain;
}

/**
 * Fills what the settings leave out from their preset. With another size than 224 the shorter side becomes `size * 256 / 224` of the larger
 * side, rounded: 342 for Inception's 299, as in its own recipe. A preset's mean and std follow its colours when only `channels` changes.
 * @param modelSize what the model asks for; used where the settings give no size
 * @throws UserError `wrong-preprocessing` where settings contradict each other
 */
export function resolvePreprocessing(settings: PreprocessSettings, modelSize?: Size): Preprocessing {
  try {
    return resolved(settings, modelSize);
  } catch (error) {
    if (typeof settings.preset === 'string' || !(error instanceof UserError)) throw error;
    // What the user gave stands beside what was read.
    const next = `Settings that were not given are those of ${settings.preset.readFrom}.`;
    throw new UserError(error.code, `${error.message} ${next}`, { cause: error });
  }
}

function resolved(settings: PreprocessSettings, modelSize: Size = { height: 224, width: 224 }): Preprocessing {
  const recipe = recipeOf(settings);
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
    resize: resizedTo(settings, recipe, fit, size),
    keepsSize: fit === 'crop' && settings.resize === undefined && settings.cropPct === undefined,
    cropCorner: settings.cropCorner ?? 'even',
    resampling: resampling(settings, recipe),
    ground: ground(settings, fit),
    ...pixelScaling(settings),
  };
}

/** What samples mean to the model. @throws UserError `wrong-preprocessing` where settings contradict each other */
export function pixelScaling(settings: PreprocessSettings): PixelScaling {
  const recipe = recipeOf(settings);
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
    throw wrong(`std ${std.join(',')} divides by zero`, 'Give numbers above 0.');
  }
  const mean = settings.mean ?? inOrder(recipe.mean, recipe.channels, channels);
  return {
    range: [range[0], range[1]],
    mean: [...mean],
    std: [...std],
    channels,
  };
}

function resizedTo(settings: PreprocessSettings, recipe: Recipe, fit: Fit, size: Size): Preprocessing['resize'] {
  const { resize, cropPct } = settings;
  if (resize === undefined && cropPct === undefined) {
    const longerSide = Math.max(size.height, size.width);
    if (fit !== 'crop' || recipe.resize === 'largest') return null;
    return recipe.resize === 'size' ? longerSide : Math.round((longerSide * 256) / 224);
  }
  const option = resize === undefined ? `crop-pct ${cropPct}` : `resize ${shown(resize)}`;
  if (resize !== undefined && cropPct !== undefined) {
    throw wrong(`${option} and crop-pct ${cropPct} say the same thing twice`, 'Leave one of them out.');
  }
  if (fit !== 'crop' && fit !== 'squish') {
    throw wrong(`${option} has no meaning with fit ${fit}`, 'Leave it out, or set fit to crop or squish.');
  }
  return fit === 'crop' ? shorterSide(settings, option, size) : squishedTo(settings, size);
}

function shorterSide({ resize, cropPct = 1 }: PreprocessSettings, option: string, size: Size): number {
  const longerSide = Math.max(size.height, size.width);
  if (typeof resize === 'object') {
    throw wrong(`${option} gives two sides, and fit crop scales the shorter one`, 'Give one, or set fit to squish.');
  }
  // timm rounds down.
  const side = resize ?? Math.floor(longerSide / cropPct);
  if (!isCount(side) || side < longerSide) {
    throw wrong(
      `resize ${side} is smaller than the size of ${longerSide} that is cut out of the result`,
      `Give a whole number of pixels from ${longerSide} up.`,
    );
  }
  return side;
}

function squishedTo({ resize, cropPct = 1 }: PreprocessSettings, size: Size): Size {
  const { height, width } =
    resize === undefined
      ? { height: Math.floor(size.height / cropPct), width: Math.floor(size.width / cropPct) }
      : typeof resize === 'number'
        ? { height: resize, width: resize }
        : resize;
  if (!isCount(height) || !isCount(width) || height < size.height || width < size.width) {
    throw wrong(
      `resize ${height}x${width} is smaller than the ${size.height} x ${size.width} that are cut out of the result`,
      'Give height and width from those up.',
    );
  }
  return { height, width };
}

function shown(resize: number | Size): string {
  return typeof resize === 'number' ? String(resize) : `${resize.height}x${resize.width}`;
}

function resampling(settings: PreprocessSettings, recipe: Recipe): Resampling {
  const { interpolation: filter = 'bilinear', pillow = '12' } = settings;
  const hasTwoForms = filter === 'bilinear' || filter === 'bicubic';
  if (settings.antialias === false && !hasTwoForms && filter !== 'nearest') {
    throw wrong(
      `interpolation ${filter} without antialias is nobody's filter`,
      'Leave --no-antialias out, or set the interpolation to bilinear or bicubic.',
    );
  }
  const antialias = settings.antialias ?? recipe.antialias ?? true;
  return { filter, antialias: antialias || !hasTwoForms, columnsFirst: pillow === '13' };
}

function ground(settings: PreprocessSettings, fit: Fit): Preprocessing['ground'] {
  const { pad = 'mean', padAt = 'both' } = settings;
  if (fit !== 'pad' && (settings.pad ?? settings.padAt) !== undefined) {
    throw wrong(`pad has no meaning with fit ${fit}`, 'Leave --pad and --pad-at out, or set fit to pad.');
  }
  return { colour: typeof pad === 'string' ? namedColour(pad) : pad, at: padAt };
}

/** A preset's mean and std are in the units of its range; with another range they would be silently wrong. */
function checkUnits(settings: PreprocessSettings, recipe: Recipe): void {
  const { range } = settings;
  if (range === undefined || (range[0] === recipe.range[0] && range[1] === recipe.range[1])) return;
  const meanIsMissing = settings.mean === undefined && recipe.mean.some((value) => value !== 0);
  const stdIsMissing = settings.std === undefined && recipe.std.some((value) => value !== 1);
  if (!meanIsMissing && !stdIsMissing) return;
  throw wrong(
    `range ${range.join(',')} differs from the ${recipe.range.join(',')} that the mean and std of ${presetName(settings)} are meant for`,
    'Give mean and std as well, in the units of the new range.',
  );
}

function namedColour(name: 'mean' | 'black' | 'white'): Preprocessing['ground']['colour'] {
  if (name === 'mean') return name;
  return name === 'black' ? [0, 0, 0] : [255, 255, 255];
}

function presetName({ preset }: PreprocessSettings): string {
  return typeof preset === 'string' ? preset : preset.readFrom;
}

function inOrder(values: readonly number[], from: 'rgb' | 'bgr', to: 'rgb' | 'bgr'): readonly number[] {
  return from === to ? values : values.toReversed();
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

function wrong(what: string, nextStep: string): UserError {
  return new UserError('wrong-preprocessing', `The preprocessing cannot be used: ${what}. ${nextStep}`);
}

/** The colour of the ground, in RGB: `mean` is what the model sees as nearly zero in every channel. */
export function groundColour(preprocessing: Preprocessing, channels: 1 | 3): [number, number, number] {
  const { colour } = preprocessing.ground;
  if (colour !== 'mean') return colour;
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
