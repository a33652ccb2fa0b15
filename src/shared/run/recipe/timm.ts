/** timm's config.json and pretrained_cfg, as timm.data.create_transform follows them for evaluation. */

import { z } from 'zod';
import { roundHalfToEven } from '../../../explain/round-half-to-even.ts';
import { interpolationOf, perChannel, type Recipe, type RecipeSettings, unusable } from './recipe.ts';

const pretrainedConfig = z.object({
  input_size: z.tuple([z.int(), z.int(), z.int()]).default([3, 224, 224]),
  interpolation: z.string().default('bicubic'),
  crop_pct: z.number().gt(0).default(0.875),
  crop_mode: z.string().default('center'),
  mean: z.array(z.number()).default([0.485, 0.456, 0.406]),
  std: z.array(z.number()).default([0.229, 0.224, 0.225]),
});

const wrapped = z.object({ pretrained_cfg: z.record(z.string(), z.unknown()) });

/** Whether a JSON file is one: a model's config.json with a pretrained_cfg, or that by itself. */
export function isTimmConfig(content: object): boolean {
  return wrapped.safeParse(content).success || 'crop_pct' in content || 'input_size' in content;
}

/** @throws UserError `bad-recipe` */
export function readTimmConfig(content: unknown, name: string): Recipe {
  const inner = wrapped.safeParse(content);
  const given = inner.success ? inner.data.pretrained_cfg : content;
  const parsed = pretrainedConfig.safeParse(given);
  if (!parsed.success)
    throw unusable(name, `'${parsed.error.issues[0]?.path.join('.')}' is not what timm writes there`);
  const config = parsed.data;
  const [channels, height, width] = config.input_size;
  if (channels !== 3 && channels !== 1) throw unusable(name, `its input has ${channels} channels`);
  return {
    settings: {
      size: { height, width },
      ...geometry(config, name),
      interpolation: interpolationOf(config.interpolation === 'random' ? 'bilinear' : config.interpolation, name),
      range: [0, 1],
      mean: perChannel(config.mean, 'mean', name),
      std: perChannel(config.std, 'std', name),
      channels: 'rgb',
    },
    readFrom: `${name} (timm)`,
    sizeField: 'input_size',
  };
}

function geometry(
  { input_size: [, height, width], crop_pct, crop_mode, mean }: z.infer<typeof pretrainedConfig>,
  name: string,
): Pick<RecipeSettings, 'fit' | 'crop-pct' | 'pad'> {
  if (crop_pct > 1) throw unusable(name, `its crop_pct is ${crop_pct}, which leaves a border`);
  switch (crop_mode) {
    case 'squash':
      return { fit: 'squish', 'crop-pct': crop_pct };
    case 'border': {
      if (crop_pct !== 1) throw unusable(name, `its crop_mode is border with a crop_pct of ${crop_pct}`);
      const [r, g, b] = perChannel(mean, 'mean', name).map((share) =>
        roundHalfToEven(Math.min(Math.max(share, 0), 1) * 255),
      );
      return { fit: 'pad', pad: [r ?? 0, g ?? 0, b ?? 0] };
    }
    case 'center':
      if (height !== width) throw unusable(name, `its input of ${height} x ${width} is not square`);
      return { fit: 'crop', 'crop-pct': crop_pct };
    default:
      throw unusable(name, `its crop_mode is '${crop_mode}'`);
  }
}
