/**
 * Everything that decides what a run computes and writes. A setting is described here and nowhere else: its name for flags and
 * gradline.yaml, its help, its default, what a user may write, and how run.json keeps it.
 */

import { z } from 'zod';
import { fusions, methodNames, precisions, scoreActivations } from '../../explain/options.ts';
import { readMaxFailures } from './max-failures.ts';
import { inputsSetting, storedInputs } from './model-inputs.ts';
import { defaultShardSize } from './run-plan.ts';
import { fieldsOf, setting, settingsIn } from './setting.ts';
import {
  bandsSetting,
  booleanSetting,
  channelsSetting,
  colourSetting,
  globListSetting,
  labelValuesSetting,
  listSetting,
  numberSetting,
  overlayScaleSetting,
  rangeSetting,
  recipeSetting,
  resizeSetting,
  sizeSetting,
  suffixListSetting,
  textSetting,
  wholeNumber,
} from './setting-values.ts';
import { isThresholdFile, storedThreshold, thresholdSetting } from './threshold-setting.ts';

const presets = [
  'imagenet',
  'fastai',
  'caffe',
  'tf',
  'keras-caffe',
  'keras-tf',
  'keras-torch',
  'ultralytics',
  'none',
] as const;
const fits = ['crop', 'squish', 'pad', 'none'] as const;
const interpolations = ['bilinear', 'bicubic', 'lanczos', 'nearest', 'box', 'hamming', 'area'] as const;
const pillows = ['12', '13'] as const;
const cropCorners = ['even', 'down'] as const;
const padPlaces = ['both', 'end', 'start'] as const;
const orientations = ['exif', 'ignore'] as const;
const decodings = ['exact', 'fast'] as const;
const channelOrders = ['rgb', 'bgr'] as const;
const colormaps = ['magma', 'viridis', 'inferno', 'jet', 'turbo'] as const;
const overlayFormats = ['jpg', 'png', 'webp'] as const;
const scorePlaces = ['shard', 'image', 'both'] as const;
const providers = ['auto', 'cpu', 'cuda', 'tensorrt', 'dml', 'coreml', 'webgpu', 'xnnpack', 'qnn'] as const;

export type PreprocessPreset = (typeof presets)[number];
export type Fit = (typeof fits)[number];
export type Interpolation = (typeof interpolations)[number];
export type CropCorner = (typeof cropCorners)[number];
export type PadPlace = (typeof padPlaces)[number];
export type Orientation = (typeof orientations)[number];
export type Decoding = (typeof decodings)[number];
export type Colormap = (typeof colormaps)[number];

/** A minute of a CPU: less than a tenth of a run over 50,000 images. */
export const usualInterventions = 4000;

const text = { given: textSetting };
const path = { ...text, isPath: () => true };
const count = z.int().min(0);
const share = z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1');
const perChannel = z.array(z.number()).min(1);

const targetForm = /^(predicted|label|false-positives|false-negatives|class:.+|top:[1-9]\d{0,5})$/s;
const targetProblem =
  'a target is predicted, label, false-positives, false-negatives, class:<index or name>, class:<a>-vs-<b> or top:<k>; write \\, for a comma in a name';
const target = z.string().regex(targetForm, { error: ({ input }) => `holds '${input}': ${targetProblem}` });

const limitSetting = textSetting.refine(
  (limit) => readMaxFailures(limit) !== null,
  'must be a number or a share such as 5%',
);

const variableForm = /^[A-Za-z_][A-Za-z0-9_]*$/;
const variableProblem =
  'must be the name of an environment variable that holds the address, such as GRADLINE_WEBHOOK: an address lets whoever reads it write there';

/** Which images of the input are explained. */
const selection = z.object({
  /** Globs over keys; an image needs to match one of them. Empty: every image does. */
  include: setting(
    'include <globs>',
    'only images whose key, or name where the glob has no /, matches one of them',
    z.array(z.string()),
    { given: globListSetting, default: [] },
  ),
  /** Globs over keys; an image that matches one is left out, whatever `include` says. */
  exclude: setting('exclude <globs>', 'no images that match one of them', z.array(z.string()), {
    given: globListSetting,
    default: [],
  }),
  /** Endings of file names with their dot, in lower case; null: those of images in a folder or bucket, any in a list. */
  suffixes: setting('suffixes <endings>', 'endings of file names: .jpg,.png', z.array(z.string()).nullable(), {
    given: suffixListSetting,
    otherwise: 'those of images; any in a list',
  }),
  /** How many images to draw at random; null: all. */
  sample: setting('sample <n>', 'draw n images at random', count.nullable(), { given: wholeNumber(1) }),
  /** Decides which images are drawn. */
  seed: setting('seed <n>', 'decides which are drawn', count, { given: wholeNumber(0), default: 0 }),
  /** At most so many images, the first in the order of the input; null: all. */
  limit: setting('limit <n>', 'at most n images, the first of them', count.nullable(), { given: wholeNumber(1) }),
});

/** How pixels become the model's input. Fields left out come from the preset. */
const preprocess = z.object({
  /** A preset; or what the recipe was read from, whose other fields then hold all of it; and its field that the size is from, where it is. */
  preset: setting(
    'preprocess <recipe>',
    `${presets.join(', ')}; a file with the recipe; or auto: what the model or a file beside it says`,
    z.union([z.enum(presets), z.object({ readFrom: z.string(), sizeField: z.string().exactOptional() })]),
    { given: recipeSetting(presets), default: 'imagenet', isPath: (recipe) => isRecipeFile(recipe) },
  ),
  /** Side of the square, or height and width, that the model sees; default: what the model asks for, else 224. */
  size: setting(
    'size <pixels>',
    'side, or height and width as 240x320',
    z.object({ height: count, width: count }).exactOptional(),
    { given: sizeSetting, otherwise: 'what the model asks for, else 224' },
  ),
  fit: setting('fit <way>', fits.join(', '), z.enum(fits).exactOptional()),
  /** Before the centre crop: the shorter side with fit `crop` (`imagenet`, `caffe`: 256 for a size of 224), or height and width with `squish`. */
  resize: setting(
    'resize <pixels>',
    'shorter side before the centre crop; with fit squish, what is squished to before it: 256x256',
    z.union([count, z.object({ height: count, width: count })]).exactOptional(),
    { given: resizeSetting },
  ),
  /** The model's size as a share of what the picture is resized to before the centre crop: 0.875 makes 256 of 224. */
  cropPct: setting(
    'crop-pct <share>',
    "timm's crop_pct in place of --resize: 0.875 makes 256 of 224",
    share.exactOptional(),
    { given: numberSetting.pipe(z.number().gt(0, 'must be above 0').max(1, 'must be at most 1')) },
  ),
  /** Where the centre crop begins if half a pixel is left over: rounded half to even (torchvision) or down (Hugging Face, OpenCV, Keras). */
  cropCorner: setting(
    'crop-corner <rounding>',
    'even (torchvision) or down (Hugging Face): where a crop begins that cannot be quite in the middle',
    z.enum(cropCorners).exactOptional(),
    { otherwise: 'even' },
  ),
  interpolation: setting('interpolation <filter>', interpolations.join(', '), z.enum(interpolations).exactOptional(), {
    otherwise: 'bilinear',
  }),
  /** Filters as wide as the reduction (Pillow, torchvision); without: as wide as for enlarging (tf.image, OpenCV). */
  antialias: setting(
    'antialias',
    'widen the filter where pictures get smaller, as Pillow and torchvision do (default)',
    z.boolean().exactOptional(),
    { given: booleanSetting, off: 'do not, as tf.image.resize, Keras and OpenCV' },
  ),
  /** Whose order of passes: 13 begins with columns where the height shrinks by over twice as many pixels as the width. */
  pillow: setting(
    'pillow <version>',
    'whose resizing, bit for bit: 12 (all versions before 13) or 13, which orders the passes by size',
    z.enum(pillows).exactOptional(),
    { given: z.union([z.number().transform(String), z.string()]).pipe(z.enum(pillows)), otherwise: '12' },
  ),
  /** Colour of the ground with fit `pad`: `mean` is what the model sees as nearly zero. */
  pad: setting(
    'pad <colour>',
    'ground with fit pad: mean, black, white, or red, green and blue as 114,114,114',
    z.union([z.enum(['mean', 'black', 'white']), z.tuple([count, count, count])]).exactOptional(),
    { given: colourSetting, otherwise: 'mean' },
  ),
  padAt: setting(
    'pad-at <place>',
    'where the ground is added: both (sides), end (right or below), start (left or above)',
    z.enum(padPlaces).exactOptional(),
    { otherwise: 'both' },
  ),
  mean: setting(
    'mean <numbers>',
    'subtracted from each channel: 0.485,0.456,0.406; one for each band',
    perChannel.exactOptional(),
    {
      given: channelsSetting,
    },
  ),
  std: setting(
    'std <numbers>',
    'each channel is divided by it: 0.229,0.224,0.225; one for each band',
    perChannel.exactOptional(),
    {
      given: channelsSetting.refine((values) => values.every((value) => value > 0), 'must be above 0'),
    },
  ),
  /** Pixel values before mean and std: 0..1, 0..255 or -1..1. */
  range: setting(
    'range <numbers>',
    'pixel values before mean and std: 0,1 or 0,255 or -1,1',
    z.tuple([z.number(), z.number()]).exactOptional(),
    { given: rangeSetting },
  ),
  channels: setting('channels <order>', channelOrders.join(', '), z.enum(channelOrders).exactOptional()),
  orientation: setting(
    'orientation <rule>',
    'exif: turn photos as their EXIF tag says; ignore: leave them as stored, as torchvision, timm and tf.io do',
    z.enum(orientations).exactOptional(),
    { otherwise: 'exif' },
  ),
  decode: setting(
    'decode <way>',
    "exact: Pillow's pixels; fast: read JPEGs that the recipe makes much smaller at a half, a quarter or an eighth of their size",
    z.enum(decodings).exactOptional(),
    { otherwise: 'exact' },
  ),
  /** What becomes black and white of samples with more than 8 bits; left out: what each file needs. */
  levels: setting(
    'levels <black,white>',
    'sample values that become black and white in files of more than 8 bits: 0,4095',
    z.tuple([z.number(), z.number()]).exactOptional(),
    { given: rangeSetting, otherwise: 'from the bits that each file uses' },
  ),
});

const overlays = z.object({
  write: setting(
    'overlays <which>',
    'all, errors (misclassified images only), none',
    z.enum(['all', 'errors', 'none']),
    { default: 'all' },
  ),
  colormap: setting('colormap <name>', colormaps.join(', '), z.enum(colormaps), { default: 'magma' }),
  /** Opacity of the map, 0 to 1. */
  alpha: setting('alpha <number>', 'opacity of the map, 0 to 1', share, {
    given: numberSetting.pipe(share),
    default: 0.6,
  }),
  /** `image`: each map fills the scale by itself (0 to its maximum). A number: that value is the top of the scale in every picture. */
  scale: setting(
    'overlay-scale <top>',
    'image: each map fills the scale; a number: the same top for all',
    z.union([z.literal('image'), z.number().positive()]),
    { given: overlayScaleSetting, default: 'image' },
  ),
  /** Draw on what the model saw, or on the whole original at the right place. */
  on: setting(
    'overlay-on <picture>',
    'seen: what the model saw; original: the whole picture',
    z.enum(['seen', 'original']),
    { default: 'seen' },
  ),
  /** Counted from 1: one that is drawn grey, or red, green and blue. Left out: the first three, or what the number of bands suggests. */
  bands: setting(
    'overlay-bands <numbers>',
    'which bands of a picture with more than three are drawn as red, green and blue, or which one as grey: 4,3,2',
    z.array(count).exactOptional(),
    { given: bandsSetting, otherwise: '1,2,3; 4,3,2 of 12 and 13 bands' },
  ),
  format: setting('overlay-format <suffix>', overlayFormats.join(', '), z.enum(overlayFormats), { default: 'jpg' }),
});

const regions = z.object({
  /** Path or s3:// address of the JSON file. */
  file: setting('regions <file>', "boxes or masks in COCO's format: do the maps lie on the object?", z.string(), path),
  /** `name`: a category is the class of that name. `index`: its id is the class's index; `index-from-1`: one more than that. */
  categories: setting(
    'region-categories <rule>',
    'name: a category is the class of that name; index, index-from-1: by its id',
    z.enum(['name', 'index', 'index-from-1']),
    { default: 'name' },
  ),
});

/** A run's configuration as run.json keeps it. */
export const runConfigurationSchema = z.object({
  /** Folder, `s3://bucket/prefix`, or a list of images (.csv, .tsv or .jsonl). */
  input: setting('input', 'folder, s3://bucket/prefix, or a list (.csv, .tsv, .jsonl)', z.string(), path),
  output: setting('output <place>', 'folder or s3:// address for the results (required)', z.string(), {
    ...path,
    free: true,
  }),
  model: setting('model <file>', 'ONNX file of the classifier, or its s3:// address (required)', z.string(), {
    ...path,
    free: true,
  }),
  layers: setting(
    'layers <names>',
    'layers to hook: layer4, layer4[-2], features.18, a node, a tensor, input, or last',
    z.array(z.string()),
    { given: listSetting, default: ['last'] },
  ),
  methods: setting('method <names>', methodNames.join(', '), z.array(z.enum(methodNames)), {
    given: listSetting.pipe(z.array(z.enum(methodNames))),
    default: ['grad-cam'],
  }),
  targets: setting(
    'target <names>',
    'predicted, label, class:<index or name>, class:<a>-vs-<b>, top:<k>; multi-label also false-positives, false-negatives',
    z.array(z.string()),
    { given: listSetting.pipe(z.array(target)), default: ['predicted'] },
  ),
  /** Adds a map made of all layers' maps; left out: none. */
  fuse: setting(
    'fuse <way>',
    `one more map, of all layers together: ${fusions.join(', ')}`,
    z.enum(fusions).exactOptional(),
  ),
  /** Path or s3:// address of the class names (JSON array, JSON object index -> name, or text with one name a line); null: no names. */
  classes: setting(
    'classes <file>',
    'names of the classes: JSON array, JSON object, or one name a line',
    z.string().nullable(),
    { ...path, free: true },
  ),
  /** `folder`, `regex:<re>` or a table; null: unlabelled. */
  labels: setting(
    'labels <source>',
    'folder, regex:<pattern>, or a .csv, .tsv, .jsonl or COCO file with key and label',
    z.string().nullable(),
    { ...text, isPath: isLabelFile, free: true },
  ),
  /** Each class is decided by itself, because an image may have several labels or none. Left out: each image has one label. */
  multiLabel: setting(
    'multi-label',
    'an image may have several labels, or none (default: where the labels say so)',
    z.boolean().exactOptional(),
    { given: booleanSetting, off: 'each image has one label, whatever the labels say' },
  ),
  /** Left out: 0.5. A file's content is kept: by name or index of the class, `default` for those that it does not name. */
  threshold: setting(
    'threshold <which>',
    'multi-label: score from which a class is decided: a number, a file with one for each class, or best-f1',
    storedThreshold.exactOptional(),
    { given: thresholdSetting, isPath: isThresholdFile, otherwise: '0.5' },
  ),
  /** Between the labels of one cell. */
  labelSeparator: setting(
    'label-separator <text>',
    'multi-label: what stands between the labels of an image in one cell of a table',
    z.string().exactOptional(),
    { ...text, free: true, otherwise: '|' },
  ),
  /** In tables with a column for each class. Left out: 1 yes, 0 no, -1 unknown; where no cell is 0 or empty, -1 is no. */
  labelValues: setting(
    'label-values <yes,no,unknown>',
    'multi-label: what the cells mean where each class has a column: 1,-1,0',
    z.tuple([z.string(), z.string(), z.string()]).exactOptional(),
    { given: labelValuesSetting, free: true, otherwise: '1,0,-1; 1,-1 where no cell is 0' },
  ),
  selection,
  preprocess,
  /** Most pixels, width times height, that an image may have; left out: 100 million. */
  pixelLimit: setting('pixel-limit <n>', 'most pixels, width times height, of an image', count.exactOptional(), {
    given: wholeNumber(1),
    otherwise: '100000000',
  }),
  outputName: setting('output-name <name>', "the model's output that holds the scores", z.string().exactOptional(), {
    otherwise: 'the one with a score for each class',
  }),
  /** What the model's inputs beside the picture are given; left out: it has none, or the file gives them values. */
  inputs: setting(
    'inputs <name=value>',
    "for the model's inputs beside the picture: a number, true, false, a list such as [0.1,0.2], a .npy file, or a table (.csv, .tsv, .jsonl) with a row for each key",
    storedInputs.exactOptional(),
    { given: inputsSetting, flag: 'input' },
  ),
  scoreActivation: setting('score-activation <name>', scoreActivations.join(', '), z.enum(scoreActivations), {
    default: 'auto',
  }),
  /** Null: as the provider of each machine that works on the run likes it. */
  batchSize: setting('batch-size <n>', 'images explained together', count.nullable(), {
    given: wholeNumber(1),
    otherwise: '8 on the CPU, 32 there with several labels an image, 64 elsewhere',
    free: true,
  }),
  shardSize: setting('shard-size <n>', 'images committed together', count, {
    given: wholeNumber(1),
    default: defaultShardSize,
  }),
  provider: setting(
    'provider <name>',
    'ONNX Runtime execution provider: cpu, cuda, coreml, ..., or auto: cuda where it works, else cpu',
    z.string(),
    { given: z.enum(providers), default: 'auto', free: true },
  ),
  /** Index of the GPU; left out: the provider's own choice. */
  device: setting('device <index>', 'which GPU', count.exactOptional(), { given: wholeNumber(0), free: true }),
  precision: setting(
    'precision <name>',
    `in which numbers a GPU computes: ${precisions.join(', ')}`,
    z.enum(precisions).exactOptional(),
    {
      otherwise: 'float32',
    },
  ),
  threads: setting('threads <n>', 'threads inside one operator', count.nullable(), {
    given: wholeNumber(1),
    otherwise: 'one a core',
    free: true,
  }),
  /** Threads in which images are decoded, drawn and stored; left out: one for each core. */
  pixelThreads: setting('pixel-threads <n>', 'threads that decode, draw and store images', count.exactOptional(), {
    given: wholeNumber(1),
    otherwise: 'one a core',
    free: true,
  }),
  overlays,
  maps: setting('maps', 'write the raw maps as .npy files', booleanSetting, { default: false }),
  /** Write evidence vectors and small heatmaps, from which reports find clusters and gaps. */
  evidence: setting('evidence', 'write evidence vectors, for clusters and gaps in reports', booleanSetting, {
    default: true,
    off: 'write none: a report then has no clusters and no gaps',
  }),
  /** Make the report when the run is complete. */
  report: setting('report', 'make a report at the end', booleanSetting, {
    default: true,
    off: 'make none; gradline report makes one at any time',
    free: true,
  }),
  /** Changed pictures that the report may ask the network about, to test causes of mistakes; left out: as many as reports ask by default. */
  interventions: setting(
    'interventions <n>',
    'changed pictures that the report may ask the network about, to test causes; 0: none',
    count.exactOptional(),
    { given: wholeNumber(0), otherwise: String(usualInterventions), free: true },
  ),
  /** Output of a run over the training set, with which the report compares gaps; left out: none. */
  reference: setting(
    'reference <output>',
    'a run over the training set: the report compares gaps with what it holds',
    z.string().exactOptional(),
    { ...path, free: true },
  ),
  /** Output of an earlier run: the report shows what changed since; left out: none. */
  since: setting('since <output>', 'an earlier run: the report shows what changed since', z.string().exactOptional(), {
    ...path,
    free: true,
  }),
  /** Measure how faithful the maps of so many images are; left out: of none. */
  evaluate: setting(
    'evaluate',
    'measure how faithful the maps are: deletion, insertion, drop, ROAD, shuffled weights',
    z
      .object({
        sample: setting('evaluate-sample <n>', 'on so many images', count, { given: wholeNumber(1), default: 200 }),
      })
      .exactOptional(),
    { given: booleanSetting },
  ),
  /** Masks or boxes of objects in COCO's format, and how its categories name classes; left out: none. */
  regions: regions.exactOptional(),
  scores: setting('scores <where>', scorePlaces.join(', '), z.enum(scorePlaces), { default: 'shard' }),
  statistics: setting('statistics', 'record activation statistics for each layer', booleanSetting, { default: false }),
  /** How many images, or which share such as `5%`, may fail before the run is stopped; left out: all of them. */
  maxFailures: setting(
    'max-failures <limit>',
    'stop the run when more images fail: a number, or a share such as 5%',
    z.string().exactOptional(),
    { given: limitSetting, free: true },
  ),
  /** Environment variable that holds the address of a webhook: the address is a secret, which no file and no Redis keeps. */
  notify: setting(
    'notify <variable>',
    'tell a webhook when the run is complete or has failed: the environment variable that holds its address',
    z.string().exactOptional(),
    { given: textSetting.refine((name) => variableForm.test(name), variableProblem), free: true },
  ),
  /** More failed images than that, a number or a share such as `5%`, are told as trouble although the run is complete. */
  notifyLimit: setting(
    'notify-limit <limit>',
    'with notify: tell as trouble when more images fail: a number, or a share such as 5%',
    z.string().exactOptional(),
    { given: limitSetting, free: true },
  ),
  resume: setting('resume', 'go on where an earlier run into the same output stopped', booleanSetting, {
    default: false,
    free: true,
  }),
});

export type RunConfiguration = z.infer<typeof runConfigurationSchema>;
export type SelectionSettings = RunConfiguration['selection'];
export type PreprocessSettings = RunConfiguration['preprocess'];
export type OverlaySettings = RunConfiguration['overlays'];
export type RegionSettings = NonNullable<RunConfiguration['regions']>;

export const configurationFields = fieldsOf(runConfigurationSchema);
/** In the order of run.json. */
export const runSettings = settingsIn(configurationFields);

/** Whether a `--preprocess` value is a file rather than a preset or `auto`. */
export function isRecipeFile(recipe: string): boolean {
  return recipe !== 'auto' && !presets.some((preset) => preset === recipe);
}

/** Whether a `--labels` value is a file rather than `folder` or a pattern. */
export function isLabelFile(labels: string): boolean {
  return labels !== 'folder' && !labels.startsWith('regex:');
}
