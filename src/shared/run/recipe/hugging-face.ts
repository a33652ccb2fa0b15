/** Hugging Face's preprocessor_config.json, as its image processors for classification (transformers) follow it with Pillow. */

import { z } from 'zod';
import { interpolationOf, perChannel, type Recipe, type RecipeSettings, rounded, unusable } from './recipe.ts';

const side = z.int().min(1);
const sides = z.union([
  side,
  z.object({
    height: side.nullish(),
    width: side.nullish(),
    shortest_edge: side.nullish(),
    longest_edge: side.nullish(),
    max_height: side.nullish(),
    max_width: side.nullish(),
  }),
]);
const numbers = z.union([z.number().transform((value) => [value]), z.array(z.number())]);

const processorConfig = z
  .object({
    image_processor_type: z.string(),
    feature_extractor_type: z.string(),
    do_resize: z.boolean(),
    size: sides,
    resample: z.union([z.number(), z.string()]),
    crop_pct: z.number().gt(0),
    do_center_crop: z.boolean(),
    crop_size: sides,
    do_rescale: z.boolean(),
    rescale_factor: z.number(),
    rescale_offset: z.boolean(),
    do_normalize: z.boolean(),
    include_top: z.boolean(),
    image_mean: numbers,
    image_std: numbers,
    do_flip_channel_order: z.boolean(),
    do_pad: z.boolean(),
  })
  .partial()
  .catchall(z.unknown());

type ProcessorConfig = z.infer<typeof processorConfig>;

/** Whether a JSON file is one: newer ones name the processor, old ones a feature extractor, and some neither. */
export function isProcessorConfig(content: object): boolean {
  return ['image_processor_type', 'feature_extractor_type', 'do_resize', 'image_mean'].some((key) => key in content);
}

/** @throws UserError `bad-recipe` */
export function readProcessorConfig(content: unknown, name: string): Recipe {
  const parsed = processorConfig.safeParse(withoutNulls(content));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unusable(name, `'${issue?.path.join('.')}' is not what Hugging Face writes there`);
  }
  const config = parsed.data;
  if (config.do_resize === false) throw unusable(name, 'it does not resize pictures to one size');
  if (config.do_pad === true) throw unusable(name, 'it pads pictures (do_pad)');
  const { sizeField, settings } = geometry(config, name);
  return {
    settings: {
      ...settings,
      interpolation: interpolationOf(config.resample ?? usualFilter(config), name),
      ...values(config, name),
      channels: config.do_flip_channel_order === true ? 'bgr' : 'rgb',
    },
    readFrom: `${name} (Hugging Face)`,
    sizeField,
  };
}

/** Null is how Hugging Face says that there is none. */
function withoutNulls(content: unknown): unknown {
  if (typeof content !== 'object' || content === null) return content;
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null));
}

/** Such as ViT or ConvNext. */
function family({ image_processor_type, feature_extractor_type }: ProcessorConfig): string {
  const type = image_processor_type ?? feature_extractor_type ?? '';
  return type.replace(/(ImageProcessor|FeatureExtractor)(Fast|Pil)?$/, '');
}

function usualFilter(config: ProcessorConfig): string {
  return /^(ViT|MobileNetV[12]|)$/.test(family(config)) ? 'bilinear' : 'bicubic';
}

/** What is made of a picture's size, and the field that decides what the model sees. */
interface Geometry {
  sizeField: string;
  settings: Pick<RecipeSettings, 'size' | 'fit' | 'resize' | 'crop-corner'>;
}

function geometry(config: ProcessorConfig, name: string): Geometry {
  const { shorter, both } = resizedSize(config, name);
  const corner = { 'crop-corner': 'down' } as const;
  if (/^ConvNext/.test(family(config)) && shorter !== null) {
    const size = { height: shorter, width: shorter };
    if (shorter >= 384) return { sizeField: 'size', settings: { size, fit: 'squish' } };
    const resize = Math.trunc(shorter / (config.crop_pct ?? 224 / 256));
    return { sizeField: 'size', settings: { size, fit: 'crop', resize, ...corner } };
  }
  const crop = config.do_center_crop === true ? cropSize(config, shorter, both, name) : null;
  const sizeField = config.crop_size === undefined ? 'size' : 'crop_size';
  if (both !== null) {
    if (crop === null) return { sizeField: 'size', settings: { size: both, fit: 'squish' } };
    return { sizeField, settings: { size: crop, fit: 'squish', resize: both, ...corner } };
  }
  if (shorter === null || crop === null)
    throw unusable(name, 'it keeps the proportions of pictures and cuts nothing off');
  return { sizeField, settings: { size: crop, fit: 'crop', resize: shorter, ...corner } };
}

interface ResizedSize {
  shorter: number | null;
  both: { height: number; width: number } | null;
}

function resizedSize(config: ProcessorConfig, name: string): ResizedSize {
  const { size = 224, crop_pct } = config;
  const kind = family(config);
  const isSquare = /^(ViT|DeiT|Beit|EfficientNet|Swin|)$/.test(kind);
  const {
    height,
    width,
    shortest_edge: shortest,
    longest_edge: longest,
  } = typeof size === 'number' ? (isSquare ? { height: size, width: size } : { shortest_edge: size }) : size;
  if (longest !== undefined && longest !== null) throw unusable(name, 'it bounds the longer side (longest_edge)');
  if (typeof shortest === 'number') {
    if (kind === 'Levit') return { shorter: Math.trunc((256 / 224) * shortest), both: null };
    if (kind === 'PoolFormer' && crop_pct !== undefined)
      return { shorter: Math.trunc(shortest / crop_pct), both: null };
    return { shorter: shortest, both: null };
  }
  if (typeof height === 'number' && typeof width === 'number') {
    if (kind === 'PoolFormer') throw unusable(name, 'PoolFormer with height and width is not known');
    return { shorter: null, both: { height, width } };
  }
  throw unusable(name, 'its size has neither shortest_edge nor height and width');
}

function cropSize(
  { crop_size }: ProcessorConfig,
  shorter: number | null,
  both: ResizedSize['both'],
  name: string,
): { height: number; width: number } {
  const given = crop_size ?? (shorter !== null ? shorter : both);
  if (typeof given === 'number') return { height: given, width: given };
  const { height, width } = given ?? {};
  if (typeof height === 'number' && typeof width === 'number') return { height, width };
  throw unusable(name, 'its crop_size has no height and width');
}

function values(config: ProcessorConfig, name: string): Pick<RecipeSettings, 'range' | 'mean' | 'std'> {
  const { do_rescale = true, rescale_factor = 1 / 255, rescale_offset = false, do_normalize, include_top } = config;
  const factor = do_rescale ? rescale_factor : 1;
  const offset = do_rescale && rescale_offset ? 1 : 0;
  const range: [number, number] = [0 - offset, rounded(255 * factor) - offset];
  // MobileViT's processor holds a mean that it does not use.
  const isNormalised = do_normalize ?? (config.image_mean !== undefined && family(config) !== 'MobileViT');
  if (!isNormalised) return { range, mean: [0, 0, 0], std: [1, 1, 1] };
  if (config.image_mean === undefined || config.image_std === undefined) {
    throw unusable(name, 'it normalises, but holds no image_mean and image_std');
  }
  const mean = perChannel(config.image_mean, 'image_mean', name);
  const [r, g, b] = perChannel(config.image_std, 'image_std', name);
  // EfficientNet's heads were trained on values that are divided once more.
  if (family(config) === 'EfficientNet' && include_top !== false) return { range, mean, std: [r * r, g * g, b * b] };
  return { range, mean, std: [r, g, b] };
}
