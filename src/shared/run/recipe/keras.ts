/** Keras's preprocessing layers, as they treat a picture where the model is not being trained. */

import { z } from 'zod';
import type { UserError } from '../../../explain/user-error.ts';
import { type KerasLayer, readLayers } from './keras-layers.ts';
import { perChannel, type Recipe, type RecipeSettings, rounded, type Triple, unusable } from './recipe.ts';

const side = z.int().min(1);
const sides = z.object({ height: side, width: side });
const resizing = sides.extend({
  interpolation: z.string().default('bilinear'),
  antialias: z.boolean().default(false),
  crop_to_aspect_ratio: z.boolean().default(false),
  pad_to_aspect_ratio: z.boolean().default(false),
});

const plainNumbers = z.union([z.number().transform((value) => [value]), z.array(z.number())]);
/** One number, or one for each channel, of NumPy's too. */
const numbers = z.union([
  plainNumbers,
  z.object({ config: z.object({ value: plainNumbers }) }).transform(({ config }) => config.value),
]);
const rescaling = z.object({ scale: numbers, offset: numbers.default([0]) });
const normalization = z.object({
  axis: z.union([z.int().transform((axis) => [axis]), z.array(z.int()), z.null()]),
  mean: numbers.nullish(),
  variance: numbers.nullish(),
  invert: z.boolean().default(false),
});

/** Do nothing outside of training. RandomCrop cuts all the same. */
const idle = /^(InputLayer|Random(?!Crop)\w+|RandAugment|AugMix|CutMix|MixUp|GaussianNoise)$/;
const network = /^(Dense|.*Conv\w*|BatchNormalization|.*Pool\w*|Flatten|Functional)$/;
/** keras.backend.epsilon() */
const leastDeviation = 1e-7;

type Values = Pick<RecipeSettings, 'range' | 'mean' | 'std'>;

/** What the layers so far make of a picture. */
interface Read {
  resized: z.infer<typeof resizing> | null;
  filter: Pick<RecipeSettings, 'interpolation' | 'antialias'>;
  cut: z.infer<typeof sides> | null;
  values: Values;
}

/** @param recipe its name @throws UserError `bad-recipe` that names the layer and its field */
type Reader = (read: Read, layer: KerasLayer, recipe: string) => Read;

const readers: Record<string, Reader> = {
  Resizing(read, layer, recipe) {
    if (read.resized !== null) throw refused(layer, recipe, 'is a second Resizing');
    const resized = fieldsOf(resizing, layer, recipe);
    if (resized.pad_to_aspect_ratio) {
      throw refused(layer, recipe, 'has pad_to_aspect_ratio, which pads first and then resizes (--fit pad is near it)');
    }
    return { ...read, resized, filter: filterOf(resized, layer, recipe) };
  },
  CenterCrop(read, layer, recipe) {
    const cut = fieldsOf(sides, layer, recipe);
    const before = read.cut ?? read.resized;
    if (before === null)
      throw refused(layer, recipe, 'has no Resizing before it, so it cuts from pictures of any size');
    if (cut.height === before.height && cut.width === before.width) return read;
    if (cut.height > before.height || cut.width > before.width) {
      const size = `${cut.height} x ${cut.width}`;
      throw refused(layer, recipe, `has a size of ${size} beyond the ${before.height} x ${before.width} before it`);
    }
    if (read.resized?.crop_to_aspect_ratio === true || read.cut !== null) {
      throw refused(layer, recipe, 'cuts what a layer before it has cut already');
    }
    return { ...read, cut };
  },
  Rescaling(read, layer, recipe) {
    const { scale, offset } = fieldsOf(rescaling, layer, recipe);
    if (scale.some((value) => value <= 0)) throw refused(layer, recipe, `has a scale of ${scale.join(', ')}`);
    const { range, mean, std } = read.values;
    const [factor = 1, shift = 0] = [scale[0], offset[0]];
    const isFirst = mean.every((value) => value === 0) && std.every((value) => value === 1);
    if (isFirst && scale.length === 1 && offset.length === 1) {
      const [black, white] = range;
      const scaledRange: Values['range'] = [rounded(black * factor + shift), rounded(white * factor + shift)];
      return { ...read, values: { range: scaledRange, mean, std } };
    }
    const [scales, offsets] = [
      perChannel(scale, fieldOf(layer, 'scale'), recipe),
      perChannel(offset, fieldOf(layer, 'offset'), recipe),
    ];
    return { ...read, values: scaled(read.values, scales, offsets) };
  },
  Normalization(read, layer, recipe) {
    const { axis, mean, variance, invert } = fieldsOf(normalization, layer, recipe);
    if (mean === null || mean === undefined || variance === null || variance === undefined) {
      const next = 'give them with --mean and --std, the square root of variance';
      throw refused(
        layer,
        recipe,
        `has no mean and variance: adapt() learned them, and JSON holds no weights (${next})`,
      );
    }
    const isOfChannels = axis === null || (axis.length === 1 && axis.every((one) => [-3, -1, 1, 3].includes(one)));
    if (!isOfChannels && mean.length > 1) {
      throw refused(layer, recipe, `has the axis ${axis.join(', ')}, which is not that of channels`);
    }
    if (variance.some((value) => value < 0)) throw refused(layer, recipe, `has a variance of ${variance.join(', ')}`);
    const means = perChannel(mean, fieldOf(layer, 'mean'), recipe);
    const variances = perChannel(variance, fieldOf(layer, 'variance'), recipe);
    const deviations = triple((c) => Math.max(Math.sqrt(variances[c]), leastDeviation));
    const [scales, offsets] = invert
      ? [deviations, means]
      : [triple((c) => 1 / deviations[c]), triple((c) => -means[c] / deviations[c])];
    return { ...read, values: scaled(read.values, scales, offsets) };
  },
};

/** Whether a JSON file is one. */
export function isKerasLayers(content: object): boolean {
  return readLayers(content) !== null;
}

/** @throws UserError `bad-recipe` */
export function readKerasLayers(content: unknown, name: string): Recipe {
  let read: Read = {
    resized: null,
    filter: { interpolation: 'bilinear', antialias: false },
    cut: null,
    values: { range: [0, 255], mean: [0, 0, 0], std: [1, 1, 1] },
  };
  const layers = readLayers(content) ?? [];
  const foreign = layers.find(({ type }) => network.test(type)) ?? layers.find(({ type }) => !isKnown(type));
  if (foreign !== undefined) throw unknownLayer(foreign, name);
  for (const layer of layers) read = readers[layer.type]?.(read, layer, name) ?? read;
  const { resized, filter, cut, values } = read;
  if (resized === null) {
    return {
      settings: { fit: 'squish', ...filter, ...values, channels: 'rgb' },
      // As the presets of Keras have it.
      readFrom: `${name} (Keras, without Resizing: pictures are squished as image_dataset_from_directory does)`,
      sizeField: 'Resizing',
    };
  }
  return {
    settings: { ...geometry(resized, cut), ...filter, ...values, channels: 'rgb' },
    readFrom: filter.interpolation === 'nearest' ? `${name} (Keras with TensorFlow or JAX)` : `${name} (Keras)`,
    sizeField: cut === null ? 'Resizing' : 'CenterCrop',
  };
}

function isKnown(type: string): boolean {
  return type in readers || idle.test(type);
}

function unknownLayer(layer: KerasLayer, recipe: string): UserError {
  if (!network.test(layer.type)) return refused(layer, recipe, 'is no preprocessing that Gradline knows');
  return unusable(
    recipe,
    `it is a whole network ('${layer.name}' is a ${layer.type}), whose own layers are in the ONNX file as well and would count twice; ` +
      'only layers that stand before the exported model are a recipe',
  );
}

function geometry(
  { height, width, crop_to_aspect_ratio }: z.infer<typeof resizing>,
  cut: Read['cut'],
): Pick<RecipeSettings, 'size' | 'fit' | 'resize' | 'crop-corner'> {
  const size = { height, width };
  if (crop_to_aspect_ratio) return { size, fit: 'crop', 'crop-corner': 'down' };
  if (cut === null) return { size, fit: 'squish' };
  return { size: { height: cut.height, width: cut.width }, fit: 'squish', resize: size, 'crop-corner': 'down' };
}

/**
 * Keras's bicubic and lanczos filters leave the values of bytes, and without antialiasing they are none of ours. With the backend torch, its
 * `nearest` is another one.
 */
function filterOf(
  { interpolation, antialias }: z.infer<typeof resizing>,
  layer: KerasLayer,
  recipe: string,
): Pick<RecipeSettings, 'interpolation' | 'antialias'> {
  const filter = interpolation.toLowerCase();
  if (filter === 'nearest') return { interpolation: 'nearest' };
  if (filter === 'bilinear') return { interpolation: 'bilinear', antialias };
  throw refused(
    layer,
    recipe,
    `has the interpolation '${interpolation}': of Keras's, Gradline has bilinear and nearest`,
  );
}

/** Values that are multiplied and then shifted once more, as a range, mean and deviation. */
function scaled({ range, mean, std }: Values, scales: Triple, offsets: Triple): Values {
  return {
    range,
    mean: triple((c) => rounded(mean[c] - (offsets[c] * std[c]) / scales[c])),
    std: triple((c) => rounded(std[c] / scales[c])),
  };
}

function triple(of: (channel: 0 | 1 | 2) => number): Triple {
  return [of(0), of(1), of(2)];
}

function fieldsOf<T>(schema: z.ZodType<T>, layer: KerasLayer, recipe: string): T {
  const parsed = schema.safeParse(layer.config);
  if (parsed.success) return parsed.data;
  throw refused(layer, recipe, `has a '${parsed.error.issues[0]?.path.join('.')}' that Keras does not write`);
}

function fieldOf(layer: KerasLayer, field: string): string {
  return `${field} of its layer '${layer.name}'`;
}

function refused({ name, type }: KerasLayer, recipe: string, why: string): UserError {
  return unusable(recipe, `its layer '${name}' (${type}) ${why}`);
}
