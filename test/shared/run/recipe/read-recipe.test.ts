import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { ModelProtoSchema } from '../../../../src/explain/onnx/onnx_pb.ts';
import { inputSizeOf } from '../../../../src/shared/run/input-size.ts';
import { readConfiguration } from '../../../../src/shared/run/read-configuration.ts';
import { resolvePreprocessing } from '../../../../src/worker/pipeline/decode/preprocessing.ts';
import { temporaryFolder, writeFiles } from '../../temporary-folder.ts';

/** The preprocessing of a run with a recipe; `bench:recipes` compares the pixels with the frameworks' own. */
async function recipe(name: string, content: object | string, more: Record<string, string> = {}) {
  const folder = await temporaryFolder();
  await writeFiles(folder, { [name]: typeof content === 'string' ? content : JSON.stringify(content) });
  const given = { input: 'photos', model: 'm.onnx', output: 'out', preprocess: join(folder, name), ...more };
  return (await readConfiguration(given)).preprocess;
}

const half = { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] };
const halves = { range: [0, 1], mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channels: 'rgb' };
const usual = { do_resize: true, do_rescale: true, rescale_factor: 0.00392156862745098, do_normalize: true, ...half };
const square = (side: number) => ({ height: side, width: side });

describe('the size of a recipe', () => {
  const cut = { ...usual, image_processor_type: 'CLIPImageProcessor', size: { shortest_edge: 256 } };

  test.each<[string, object | string, string]>([
    [
      'preprocessor_config.json',
      { ...cut, do_center_crop: true, crop_size: 240 },
      "'crop_size' in preprocessor_config",
    ],
    ['preprocessor_config.json', { ...usual, size: square(240) }, "'size' in preprocessor_config.json (Hugging Face)"],
    ['config.json', { input_size: [3, 240, 240], crop_pct: 0.9 }, "'input_size' in config.json (timm)"],
    ['transforms.txt', 'Compose(Resize(size=256), CenterCrop(size=240), ToTensor())', "'CenterCrop' in transforms.txt"],
    ['transforms.txt', 'Compose(Resize(size=(240, 240)), ToTensor())', "'Resize' in transforms.txt"],
  ])('%s says from which field it is, unless it was given', async (name, content, from) => {
    const read = inputSizeOf(await recipe(name, content));
    expect(read).toEqual({ inputSize: { ...square(240), from: expect.stringContaining(from) } });
    expect(inputSizeOf(await recipe(name, content, { size: '200' }))).toEqual({ inputSize: square(200) });
  });

  test('that contradicts what was given says whose the rest is', async () => {
    const settings = await recipe(
      'config.json',
      { input_size: [3, 224, 224], crop_pct: 0.9 },
      { fit: 'pad', resize: '256' },
    );
    expect(() => resolvePreprocessing(settings)).toThrow(
      /resize 256 has no meaning with fit pad.*those of config\.json \(timm\)/,
    );
  });
});

describe("Hugging Face's preprocessor_config.json", () => {
  test.each<[string, object, object]>([
    [
      'ViT squishes',
      { image_processor_type: 'ViTImageProcessor', resample: 2, size: square(224) },
      { size: square(224), fit: 'squish', interpolation: 'bilinear', ...halves },
    ],
    [
      'the file of an old ViT has one number for the size',
      { feature_extractor_type: 'ViTFeatureExtractor', resample: 2, size: 384 },
      { size: square(384), fit: 'squish', interpolation: 'bilinear', ...halves },
    ],
    [
      'DeiT squishes to one size and cuts another',
      {
        image_processor_type: 'DeiTImageProcessor',
        resample: 3,
        size: square(256),
        do_center_crop: true,
        crop_size: square(224),
      },
      {
        size: square(224),
        fit: 'squish',
        resize: square(256),
        cropCorner: 'down',
        interpolation: 'bicubic',
        ...halves,
      },
    ],
    [
      'CLIP scales the shorter side and cuts the middle',
      {
        image_processor_type: 'CLIPImageProcessor',
        resample: 3,
        size: { shortest_edge: 224 },
        do_center_crop: true,
        crop_size: 224,
      },
      { size: square(224), fit: 'crop', resize: 224, cropCorner: 'down', interpolation: 'bicubic', ...halves },
    ],
    [
      'ConvNext of a small size has a crop_pct',
      { image_processor_type: 'ConvNextImageProcessor', resample: 3, size: { shortest_edge: 224 }, crop_pct: 0.875 },
      { size: square(224), fit: 'crop', resize: 256, cropCorner: 'down', interpolation: 'bicubic', ...halves },
    ],
    [
      'ConvNext of a large size squishes',
      { feature_extractor_type: 'ConvNextFeatureExtractor', resample: 3, size: 384, crop_pct: 0.875 },
      { size: square(384), fit: 'squish', interpolation: 'bicubic', ...halves },
    ],
    [
      'LeViT scales more than it says',
      {
        image_processor_type: 'LevitImageProcessor',
        resample: 3,
        size: { shortest_edge: 224 },
        do_center_crop: true,
        crop_size: square(224),
      },
      { size: square(224), fit: 'crop', resize: 256, cropCorner: 'down', interpolation: 'bicubic', ...halves },
    ],
    [
      'MobileViT takes BGR and does not normalise, whatever mean it holds',
      {
        image_processor_type: 'MobileViTImageProcessor',
        do_normalize: null,
        resample: 3,
        size: { shortest_edge: 288 },
        do_center_crop: true,
        crop_size: square(256),
        do_flip_channel_order: true,
      },
      {
        size: square(256),
        fit: 'crop',
        resize: 288,
        cropCorner: 'down',
        interpolation: 'bicubic',
        range: [0, 1],
        mean: [0, 0, 0],
        std: [1, 1, 1],
        channels: 'bgr',
      },
    ],
    [
      'EfficientNet divides twice',
      {
        image_processor_type: 'EfficientNetImageProcessor',
        resample: 3,
        size: square(346),
        rescale_factor: 1 / 127.5,
        rescale_offset: true,
        include_top: true,
      },
      {
        size: square(346),
        fit: 'squish',
        interpolation: 'bicubic',
        range: [-1, 1],
        mean: [0.5, 0.5, 0.5],
        std: [0.25, 0.25, 0.25],
        channels: 'rgb',
      },
    ],
  ])('%s', async (_, content, settings) => {
    const read = await recipe('preprocessor_config.json', { ...usual, ...content });
    const sizeField = expect.stringMatching(/^(crop_)?size$/);
    expect(read).toEqual({ preset: { readFrom: 'preprocessor_config.json (Hugging Face)', sizeField }, ...settings });
  });

  test.each<[string, object, string]>([
    ['does not resize', { do_resize: false }, 'does not resize'],
    ['bounds the longer side', { size: { shortest_edge: 800, longest_edge: 1333 } }, 'longest_edge'],
    ['pads', { do_pad: true, size: square(224) }, 'do_pad'],
    ['cuts nothing to one size', { size: { shortest_edge: 224 } }, 'cuts nothing off'],
    ['has a filter that nobody knows', { size: square(224), resample: 17 }, "interpolation '17'"],
    ['has four channels', { size: square(224), image_mean: [0, 0, 0, 0] }, 'image_mean has 4 numbers'],
    ['has a text for a size', { size: 'large' }, "'size' is not"],
  ])('one that %s is refused with the reason', async (_, content, reason) => {
    const reading = recipe('preprocessor_config.json', {
      ...usual,
      image_processor_type: 'ViTImageProcessor',
      ...content,
    });
    await expect(reading).rejects.toMatchObject({ code: 'bad-recipe', message: expect.stringContaining(reason) });
  });
});

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const scaled = { range: [0, 1], ...imagenet, channels: 'rgb' };

describe("timm's configuration", () => {
  const config = {
    input_size: [3, 224, 224],
    interpolation: 'bicubic',
    crop_pct: 0.95,
    crop_mode: 'center',
    ...imagenet,
  };
  const read = { size: square(224), fit: 'crop', cropPct: 0.95, interpolation: 'bicubic', ...scaled };

  test.each<[string, object]>([
    ['a config.json', { architecture: 'resnet50', num_classes: 1000, pretrained_cfg: config }],
    ['a pretrained_cfg by itself', config],
    [
      'what a wrapper of transformers writes',
      { image_processor_type: 'TimmWrapperImageProcessor', pretrained_cfg: config },
    ],
  ])('%s', async (_, content) => {
    expect(await recipe('config.json', content)).toEqual({
      preset: { readFrom: 'config.json (timm)', sizeField: 'input_size' },
      ...read,
    });
  });

  test('squash and border', async () => {
    expect(await recipe('c.json', { ...config, crop_mode: 'squash' })).toMatchObject({ fit: 'squish', cropPct: 0.95 });
    const border = await recipe('c.json', { ...config, crop_mode: 'border', crop_pct: 1, mean: [0.5, 0.4, 0.3] });
    expect(border).toMatchObject({ fit: 'pad', pad: [128, 102, 76] });
  });

  test('one that cannot be followed is refused', async () => {
    const wide = recipe('c.json', { ...config, input_size: [3, 224, 320] });
    await expect(wide).rejects.toMatchObject({ code: 'bad-recipe', message: expect.stringContaining('not square') });
  });
});

describe("torchvision's transforms as they are printed", () => {
  test('of weights', async () => {
    const printed = `ImageClassification(
    crop_size=[224]
    resize_size=[232]
    mean=[0.485, 0.456, 0.406]
    std=[0.229, 0.224, 0.225]
    interpolation=InterpolationMode.BILINEAR
)`;
    expect(await recipe('transforms.txt', printed)).toEqual({
      preset: { readFrom: 'transforms.txt (torchvision)', sizeField: 'crop_size' },
      ...{ size: square(224), fit: 'crop', resize: 232, interpolation: 'bilinear', ...scaled },
    });
  });

  test('of timm, with tensors in it', async () => {
    const printed = `Compose(
    Resize(size=235, interpolation=bicubic, max_size=None, antialias=True)
    CenterCrop(size=(224, 224))
    MaybeToTensor()
    Normalize(mean=tensor([0.4850, 0.4560, 0.4060]), std=tensor([0.2290, 0.2240, 0.2250]))
)`;
    expect(await recipe('t.txt', printed)).toMatchObject({
      fit: 'crop',
      resize: 235,
      interpolation: 'bicubic',
      ...scaled,
    });
  });

  test('of version 2, whose tensors may be resized without antialiasing', async () => {
    const printed =
      "Compose(\n ToImage()\n Resize(size=[160, 192], interpolation=<InterpolationMode.BICUBIC: 'bicubic'>, antialias=False)\n ToDtype(scale=True)\n)";
    expect(await recipe('t.txt', printed)).toMatchObject({
      ...{ size: { height: 160, width: 192 }, fit: 'squish', interpolation: 'bicubic', antialias: false },
      ...{ range: [0, 1], mean: [0, 0, 0], std: [1, 1, 1] },
    });
  });

  test.each([
    [
      'for training',
      'Compose(RandomResizedCrop(size=(224, 224)) Resize(size=224) ToTensor())',
      'RandomResizedCrop, which is for training',
    ],
    ['with code of its own', 'Compose(Resize(size=224) CenterCrop(size=224) Lambda() ToTensor())', 'Lambda'],
    ['that leaves sizes open', 'Compose(Resize(size=224) ToTensor())', 'nothing is cut off'],
  ])('one %s is refused', async (_, printed, reason) => {
    await expect(recipe('t.txt', printed)).rejects.toMatchObject({ message: expect.stringContaining(reason) });
  });
});

describe("Keras's preprocessing layers", () => {
  const layer = (class_name: string, config: object = {}) => ({
    module: 'keras.layers',
    class_name,
    config: { name: class_name.toLowerCase(), trainable: true, dtype: 'float32', ...config },
  });
  const resizing = (more: object = {}) => layer('Resizing', { ...square(224), interpolation: 'bilinear', ...more });
  const rescaling = layer('Rescaling', { scale: 1 / 255, offset: 0 });
  const normalization = layer('Normalization', { axis: [-1], mean: [0.5, 0.4, 0.3], variance: [0.25, 0.04, 0.01] });
  const model = (...layers: object[]) => layer('Sequential', { layers: [layer('InputLayer'), ...layers] });
  const plain = { mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' };
  const squished = { size: square(224), fit: 'squish', interpolation: 'bilinear', antialias: false };

  test.each<[string, object, object]>([
    [
      "a model's to_json()",
      model(layer('RandomFlip'), resizing(), rescaling, normalization),
      { ...squished, range: [0, 1], mean: [0.5, 0.4, 0.3], std: [0.5, 0.2, 0.1], channels: 'rgb' },
    ],
    ['layers one by one', [resizing(), rescaling], { ...squished, range: [0, 1], ...plain }],
    ['a get_config()', resizing().config, { ...squished, range: [0, 255], ...plain }],
    [
      'one that crops to the proportions',
      model(resizing({ crop_to_aspect_ratio: true, antialias: true })),
      { ...squished, fit: 'crop', cropCorner: 'down', antialias: true, range: [0, 255], ...plain },
    ],
    [
      'one with a CenterCrop',
      model(resizing(square(256)), layer('CenterCrop', square(224))),
      { ...squished, resize: square(256), cropCorner: 'down', range: [0, 255], ...plain },
    ],
    [
      'a Rescaling behind a Normalization, with numbers of NumPy',
      model(
        resizing(),
        normalization,
        layer('Rescaling', { scale: { class_name: '__numpy__', config: { value: [2, 2, 1] } }, offset: 1 }),
      ),
      { ...squished, range: [0, 255], mean: [0.25, 0.3, 0.2], std: [0.25, 0.1, 0.1], channels: 'rgb' },
    ],
  ])('%s', async (_, content, settings) => {
    const { preset, ...read } = await recipe('preprocessing.json', content);
    expect(preset).toMatchObject({ readFrom: 'preprocessing.json (Keras)' });
    expect(read).toEqual(settings);
  });

  test('without Resizing say what is done to pictures of other sizes', async () => {
    const { preset, ...read } = await recipe('p.json', rescaling);
    expect(preset).toEqual({ readFrom: expect.stringContaining('squished as image_dataset_from_directory does') });
    expect(read).toEqual({ fit: 'squish', interpolation: 'bilinear', antialias: false, range: [0, 1], ...plain });
  });

  test.each<[string, object, RegExp]>([
    [
      'pads',
      model(resizing({ pad_to_aspect_ratio: true })),
      /'resizing' \(Resizing\) has pad_to_aspect_ratio.*--fit pad/,
    ],
    ['has another filter', model(resizing({ interpolation: 'bicubic' })), /'resizing' .*interpolation 'bicubic'/],
    ['has a size of no number', model(resizing({ height: 'tall' })), /'resizing' .*'height'/],
    ['resizes twice', model(resizing(), resizing()), /a second Resizing/],
    [
      'cuts before it resizes',
      model(layer('CenterCrop', square(224)), resizing()),
      /'centercrop' .*no Resizing before it/,
    ],
    ['cuts more than there is', model(resizing(), layer('CenterCrop', square(256))), /256 x 256 beyond the 224 x 224/],
    [
      'cuts twice',
      model(resizing({ crop_to_aspect_ratio: true }), layer('CenterCrop', square(200))),
      /'centercrop' .*cut already/,
    ],
    [
      'was adapted',
      model(resizing(), layer('Normalization', { axis: [-1], mean: null, variance: null })),
      /'normalization' .*adapt\(\).*--mean and --std/,
    ],
    [
      'normalises columns',
      model(resizing(), layer('Normalization', { axis: [2], mean: [1, 2, 3], variance: [1, 1, 1] })),
      /'normalization' .*axis 2/,
    ],
    [
      'normalises four channels',
      model(layer('Normalization', { axis: -1, mean: [1, 2, 3, 4], variance: [1, 1, 1, 1] })),
      /mean of its layer 'normalization' has 4 numbers/,
    ],
    ['scales by nothing', model(layer('Rescaling', { scale: 0, offset: 1 })), /'rescaling' .*scale of 0/],
    ['does what nobody knows', model(layer('Custom>Whiten')), /'custom>whiten' .*no preprocessing that Gradline knows/],
    ['cuts by chance', model(layer('RandomCrop', square(8))), /'randomcrop' .*no preprocessing/],
    ['is a network', model(rescaling, layer('Conv2D'), layer('Dense')), /a whole network \('conv2d' is a Conv2D\)/],
  ])('one that %s is refused with the layer and the reason', async (_, content, reason) => {
    const reading = recipe('preprocessing.json', content);
    await expect(reading).rejects.toMatchObject({ code: 'bad-recipe', message: expect.stringMatching(reason) });
  });
});

test('a setting wins over the recipe, and takes with it what means the same', async () => {
  const config = { input_size: [3, 224, 224], interpolation: 'bicubic', crop_pct: 0.9, ...imagenet };
  const given = await recipe('c.json', config, { resize: '256', interpolation: 'lanczos' });
  expect(given).toMatchObject({ resize: 256, interpolation: 'lanczos', ...scaled });
  expect(given).not.toHaveProperty('cropPct');
  expect(await recipe('c.json', config, { fit: 'squish' })).not.toHaveProperty('cropPct');
});

test.each([
  ['is missing', 'other.json', 'does not exist'],
  ['is something else', 'c.json', 'is no recipe that Gradline knows'],
  ['is cut off', 'cut.json', 'holds no JSON object: it may be cut off'],
])('a file that %s is refused', async (_, name, reason) => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'c.json': '{"architectures": ["ViT"]}', 'cut.json': '{"size": 224,' });
  const given = { input: 'photos', model: 'm.onnx', output: 'out', preprocess: join(folder, name) };
  await expect(readConfiguration(given)).rejects.toMatchObject({
    code: 'bad-recipe',
    message: expect.stringContaining(reason),
  });
});

describe('--preprocess auto', () => {
  const vit = JSON.stringify({ ...usual, image_processor_type: 'ViTImageProcessor', resample: 2, size: square(224) });

  async function found(metadata: Record<string, string>, files: Record<string, string>, place = 'model.onnx') {
    const folder = await temporaryFolder();
    const metadataProps = Object.entries(metadata).map(([key, value]) => ({ key, value }));
    const model = toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, { irVersion: 8n, graph: { name: 'g' }, metadataProps }),
    );
    await writeFiles(folder, { ...files, [place]: Buffer.from(model) });
    const given = { input: 'photos', model: join(folder, place), output: 'out', preprocess: 'auto' };
    return (await readConfiguration(given)).preprocess;
  }

  test('reads what Ultralytics wrote into a classifier', async () => {
    expect(await found({ task: 'classify', imgsz: '[320, 320]', names: "{0: 'a'}" }, {})).toEqual({
      preset: { readFrom: 'the metadata of model.onnx (Ultralytics)', sizeField: 'imgsz' },
      ...{ size: square(320), fit: 'crop', resize: 320, interpolation: 'bilinear' },
      ...{ range: [0, 1], mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' },
    });
    await expect(found({ task: 'detect', imgsz: '[640, 640]' }, {})).rejects.toMatchObject({ code: 'bad-recipe' });
  });

  test('reads a recipe in the metadata', async () => {
    expect((await found({ preprocessor_config: vit }, {})).preset).toEqual({
      readFrom: "'preprocessor_config' in model.onnx (Hugging Face)",
      sizeField: 'size',
    });
  });

  test('reads the file beside the model, or above a folder onnx', async () => {
    const files = { 'preprocessor_config.json': vit, 'config.json': '{"id2label": {}}' };
    expect(await found({}, files)).toMatchObject({ fit: 'squish' });
    expect(await found({}, files, 'onnx/model.onnx')).toMatchObject({ fit: 'squish' });
  });

  test('says where it looked when there is nothing', async () => {
    await expect(found({ author: 'me' }, { 'config.json': '{}' })).rejects.toMatchObject({
      code: 'no-recipe',
      message: expect.stringContaining('preprocessor_config.json, config.json, transforms.txt'),
    });
  });
});
