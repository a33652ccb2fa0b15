/** torchvision's transforms as Python prints them: `model.transforms()`, a Compose, or timm's create_transform. */

import { interpolationOf, perChannel, type Recipe, type RecipeSettings, unusable } from './recipe.ts';

/** One transform: its name, and its arguments by name. */
interface Call {
  name: string;
  given: ReadonlyMap<string, string>;
}

/** Do nothing to the picture that is explained. */
const harmless = /^(RGB|Grayscale|ToPureTensor|Identity|ToPILImage|MaybePILToTensor)$/;
const toTensor = /^(ToTensor|MaybeToTensor|PILToTensor|ToImage|ToImageTensor|ConvertImageDtype|ToDtype|ConvertDtype)$/;

export function isPrintedTransforms(text: string): boolean {
  return /\b(ImageClassification|Compose|Resize|CenterCrop)\s*\(/.test(text);
}

/** @throws UserError `bad-recipe` */
export function readPrintedTransforms(text: string, name: string): Recipe {
  const calls = readCalls(text);
  const preset = calls.find((call) => call.name === 'ImageClassification');
  return {
    settings: preset === undefined ? composed(calls, name) : classification(preset, name),
    readFrom: `${name} (torchvision)`,
    sizeField: preset === undefined ? (calls.some(isCrop) ? 'CenterCrop' : 'Resize') : 'crop_size',
  };
}

/** Every innermost call; a Compose is not one. `ImageClassification` prints its arguments in lines. */
function readCalls(text: string): Call[] {
  // Tensors are lists to us, and enumerations their names.
  const plain = text
    .replaceAll(/tensor\((\[[^\]]*\])[^)]*\)/g, '$1')
    .replaceAll(/<(InterpolationMode\.\w+)[^>]*>/g, '$1');
  const calls = [...plain.matchAll(/([A-Za-z]\w*)\(((?:[^()]|\([^()]*\))*)\)/g)];
  return calls.flatMap(([whole, name = '', inside = '']): Call[] => {
    if (name === 'Compose' || /[A-Za-z]\w*\(/.test(inside)) return readCalls(whole.slice(name.length + 1, -1));
    const given = [...inside.matchAll(/(\w+)\s*=\s*(\[[^\]]*\]|\([^)]*\)|[^,\s\n]+)/g)];
    return [{ name, given: new Map(given.map(([, key = '', value = '']) => [key, value])) }];
  });
}

/** torchvision.transforms.ImageClassification. */
function classification({ given }: Call, name: string): RecipeSettings {
  const size = square(numbersOf(given, 'crop_size', name), name);
  return {
    size,
    ...resizing(numbersOf(given, 'resize_size', name), size, name),
    interpolation: interpolationOf(given.get('interpolation') ?? 'bilinear', name),
    range: [0, 1],
    mean: perChannel(numbersOf(given, 'mean', name), 'mean', name),
    std: perChannel(numbersOf(given, 'std', name), 'std', name),
    channels: 'rgb',
  };
}

function composed(calls: readonly Call[], name: string): RecipeSettings {
  const resizes = calls.filter((call) => call.name === 'Resize');
  const [resize] = resizes;
  const crop = calls.find(isCrop);
  const normalize = calls.find((call) => call.name === 'Normalize');
  const unknown = calls.find(
    (call) =>
      !/^(Resize|CenterCrop|Normalize)$/.test(call.name) && !harmless.test(call.name) && !toTensor.test(call.name),
  );
  if (unknown !== undefined) {
    const why = unknown.name.startsWith('Random') ? ', which is for training' : '';
    throw unusable(name, `it holds ${unknown.name}${why}`);
  }
  if (resize === undefined || resizes.length > 1) throw unusable(name, `it holds ${resizes.length} Resize`);
  if ((resize.given.get('max_size') ?? 'None') !== 'None') throw unusable(name, 'its Resize bounds the longer side');
  const resized = numbersOf(resize.given, 'size', name);
  if (crop === undefined && resized.length === 1)
    throw unusable(name, 'its Resize keeps the proportions, and nothing is cut off');
  const size = square(crop === undefined ? resized : numbersOf(crop.given, 'size', name), name);
  // Pillow always antialiases, whatever is printed; a tensor is resized as it says.
  const isTensor = calls.findIndex((call) => toTensor.test(call.name)) < calls.indexOf(resize);
  const antialias = isTensor && resize.given.get('antialias') === 'False' ? { antialias: false } : {};
  return {
    size,
    ...resizing(resized, size, name),
    interpolation: interpolationOf(resize.given.get('interpolation') ?? 'bilinear', name),
    ...antialias,
    range: isScaled(calls) ? [0, 1] : [0, 255],
    mean: normalize === undefined ? [0, 0, 0] : perChannel(numbersOf(normalize.given, 'mean', name), 'mean', name),
    std: normalize === undefined ? [1, 1, 1] : perChannel(numbersOf(normalize.given, 'std', name), 'std', name),
    channels: 'rgb',
  };
}

const isCrop = (call: Call) => call.name === 'CenterCrop';

/** Whether bytes become 0 to 1 on the way. */
function isScaled(calls: readonly Call[]): boolean {
  return calls.some(
    ({ name, given }) =>
      name === 'ToTensor' ||
      name === 'MaybeToTensor' ||
      name.startsWith('Convert') ||
      (name === 'ToDtype' && given.get('scale') === 'True'),
  );
}

function resizing(
  resized: number[],
  size: { height: number; width: number },
  name: string,
): Pick<RecipeSettings, 'fit' | 'resize'> {
  const [first = 0, second] = resized;
  if (second === undefined) return { fit: 'crop', resize: first };
  const isWhole = first === size.height && second === size.width;
  if (first < size.height || second < size.width) throw unusable(name, 'it cuts out more than it resizes to');
  return isWhole ? { fit: 'squish' } : { fit: 'squish', resize: { height: first, width: second } };
}

function square([height = 0, width = height]: number[], name: string): { height: number; width: number } {
  if (height < 1 || width < 1) throw unusable(name, 'it does not say a size');
  return { height, width };
}

function numbersOf(given: Call['given'], key: string, name: string): number[] {
  const found = given.get(key)?.match(/-?\d+(\.\d*)?(e-?\d+)?/g);
  if (found === undefined || found === null) throw unusable(name, `it does not say ${key} in numbers`);
  return found.map(Number);
}
