import { type Case, ints, omitted, w, x } from '../network.ts';
import { exactly } from '../samples.ts';

type Attributes = NonNullable<Case['attributes']>;

const image = [1, 2, 4, 5];

const scaled = (title: string, scales: number[], attributes: Attributes, shape = image, opset = 18): Case => ({
  operator: 'Resize',
  title,
  opset,
  inputs: [x(shape), omitted, w([scales.length], exactly(...scales))],
  attributes,
});

const sized = (title: string, sizes: number[], attributes: Attributes, shape = image): Case => ({
  operator: 'Resize',
  title,
  inputs: [x(shape), omitted, omitted, ints(sizes)],
  attributes,
});

const modes = ['nearest', 'linear', 'cubic'];
const coordinates = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric', 'half_pixel_symmetric'];

export const resampling: Case[] = [
  ...modes.flatMap((mode) =>
    coordinates.flatMap((coordinate) => {
      const attributes = { mode, coordinate_transformation_mode: coordinate };
      const opset = coordinate === 'half_pixel_symmetric' ? 19 : 18;
      return [
        scaled(`${mode}, ${coordinate}, enlarged`, [1, 1, 2, 1.7], attributes, image, opset),
        { ...sized(`${mode}, ${coordinate}, to 3 x 7`, [1, 2, 3, 7], attributes), opset },
      ];
    }),
  ),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((nearest_mode) =>
    scaled(`nearest, ${nearest_mode}`, [1, 1, 1.5, 0.6], { mode: 'nearest', nearest_mode }),
  ),
  scaled('linear, shrunk', [1, 1, 0.5, 0.6], { mode: 'linear' }),
  sized('linear, to one cell', [1, 2, 1, 1], { mode: 'linear', coordinate_transformation_mode: 'align_corners' }),
  sized('linear, antialias', [1, 2, 3, 2], { mode: 'linear', antialias: 1 }, [1, 2, 7, 5]),
  sized(
    'cubic, antialias',
    [1, 2, 3, 2],
    { mode: 'cubic', antialias: 1, cubic_coeff_a: { float: -0.5 } },
    [1, 2, 7, 5],
  ),
  sized(
    'linear, antialias, exclude_outside',
    [1, 2, 3, 2],
    { mode: 'linear', antialias: 1, exclude_outside: 1 },
    [1, 2, 7, 5],
  ),
  sized('linear, antialias, enlarged', [1, 2, 6, 8], { mode: 'linear', antialias: 1 }),
  scaled('cubic, exclude_outside', [1, 1, 2, 1.5], { mode: 'cubic', exclude_outside: 1 }),
  scaled('cubic, another coefficient', [1, 1, 1.5, 2], { mode: 'cubic', cubic_coeff_a: { float: -0.5 } }),
  scaled('some axes', [2, 1.5], { mode: 'linear', axes: [2, 3] }),
  scaled('three axes', [1, 1, 2, 1.5, 0.5], { mode: 'linear' }, [1, 2, 2, 3, 4]),
  scaled('one axis', [1, 1, 1.6], { mode: 'linear' }, [1, 2, 5]),
  scaled(
    'channels last',
    [1, 2, 2, 1],
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    [1, 3, 2, 2],
  ),
  { ...sized('not larger', [6, 9], { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' }) },
  { ...sized('not smaller', [6, 9], { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy: 'not_smaller' }) },
  {
    operator: 'Resize',
    title: 'linear, cropped',
    inputs: [x(image), w([8], exactly(0, 0, 0.2, 0.1, 1, 1, 0.9, 1.2)), omitted, ints([1, 2, 3, 4])],
    attributes: { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' },
  },
  {
    operator: 'Upsample',
    title: 'opset 9',
    opset: 9,
    inputs: [x(image), w([4], exactly(1, 1, 2, 3))],
    attributes: { mode: 'nearest' },
  },
  {
    operator: 'Upsample',
    title: 'opset 7, linear',
    opset: 7,
    inputs: [x(image)],
    attributes: { mode: 'linear', scales: { floats: [1, 1, 2, 2] } },
  },
  {
    operator: 'Resize',
    title: 'opset 10',
    opset: 10,
    inputs: [x(image), w([4], exactly(1, 1, 2, 2))],
    attributes: { mode: 'nearest' },
  },
];
