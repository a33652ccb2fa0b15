/** The settings of a run under the names that flags and gradline.yaml share. */

import { z } from 'zod';
import { readMaxFailures } from './max-failures.ts';
import {
  booleanSetting,
  channelsSetting,
  globListSetting,
  listSetting,
  numberSetting,
  overlayScaleSetting,
  rangeSetting,
  resizeSetting,
  sizeSetting,
  suffixListSetting,
  textSetting,
  wholeNumber,
} from './setting-values.ts';

export const methodNames = [
  'cam',
  'grad-cam',
  'grad-cam++',
  'xgrad-cam',
  'hirescam',
  'layercam',
  'elementwise-grad-cam',
  'eigen-cam',
  'eigen-grad-cam',
  'finer-cam',
  'input-gradients',
  'guided-backprop',
  'guided-grad-cam',
  'fullgrad',
  'score-cam',
  'ablation-cam',
  'reciprocam',
  'integrated-gradients',
  'smoothgrad',
] as const;
export const fusions = ['mean', 'max', 'product'] as const;
export const presets = ['imagenet', 'fastai', 'caffe', 'tf', 'none'] as const;
export const fits = ['crop', 'squish', 'pad', 'none'] as const;
export const colormaps = ['magma', 'viridis', 'inferno', 'jet', 'turbo'] as const;
const providers = ['cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu', 'xnnpack', 'qnn'] as const;
export const scoreActivations = ['auto', 'softmax', 'sigmoid', 'none'] as const;

export const regionCategories = ['name', 'index', 'index-from-1'] as const;

const targetForm = /^(predicted|label|class:.+|top:[1-9]\d{0,5})$/s;

const runSettings = {
  input: textSetting,
  output: textSetting,
  model: textSetting,
  layers: listSetting,
  method: listSetting.pipe(z.array(z.enum(methodNames))),
  target: listSetting.pipe(
    z.array(
      z.string().regex(targetForm, {
        error: ({ input }) =>
          `holds '${input}': a target is predicted, label, class:<index or name>, class:<a>-vs-<b> or top:<k>; write \\, for a comma in a name`,
      }),
    ),
  ),
  fuse: z.enum(fusions),
  classes: textSetting,
  labels: textSetting,
  include: globListSetting,
  exclude: globListSetting,
  suffixes: suffixListSetting,
  sample: wholeNumber(1),
  seed: wholeNumber(0),
  limit: wholeNumber(1),
  preprocess: z.enum(presets),
  size: sizeSetting,
  fit: z.enum(fits),
  resize: resizeSetting,
  mean: channelsSetting,
  std: channelsSetting.refine((values) => values.every((value) => value > 0), 'must be above 0'),
  range: rangeSetting,
  channels: z.enum(['rgb', 'bgr']),
  'score-activation': z.enum(scoreActivations),
  'batch-size': wholeNumber(1),
  'shard-size': wholeNumber(1),
  provider: z.enum(providers),
  threads: wholeNumber(1),
  overlays: z.enum(['all', 'errors', 'none']),
  colormap: z.enum(colormaps),
  alpha: numberSetting.pipe(z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1')),
  'overlay-scale': overlayScaleSetting,
  'overlay-on': z.enum(['seen', 'original']),
  'overlay-format': z.enum(['jpg', 'png', 'webp']),
  maps: booleanSetting,
  evidence: booleanSetting,
  report: booleanSetting,
  reference: textSetting,
  since: textSetting,
  evaluate: booleanSetting,
  'evaluate-sample': wholeNumber(1),
  regions: textSetting,
  'region-categories': z.enum(regionCategories),
  scores: z.enum(['shard', 'image', 'both']),
  statistics: booleanSetting,
  'max-failures': textSetting.refine(
    (text) => readMaxFailures(text) !== null,
    'must be a number or a share such as 5%',
  ),
  resume: booleanSetting,
};

export const runSettingNames = Object.keys(runSettings);

export const runSettingsSchema = z.strictObject(runSettings).partial();
export type RunSettings = z.output<typeof runSettingsSchema>;
