/** `--preprocess <file>` and `--preprocess auto`. */

import { UserError } from '../../../explain/user-error.ts';
import { splitLocation } from '../../store/location.ts';
import { openStore, readLocation } from '../../store/open-store.ts';
import { StoreError } from '../../store/store.ts';
import { isProcessorConfig, readProcessorConfig } from './hugging-face.ts';
import { isKerasLayers, readKerasLayers } from './keras.ts';
import { readModelHead } from './model-metadata.ts';
import { isPrintedTransforms, readPrintedTransforms } from './printed-transforms.ts';
import type { Recipe } from './recipe.ts';
import { isTimmConfig, readTimmConfig } from './timm.ts';
import { readUltralyticsMetadata } from './ultralytics.ts';

const kinds =
  "Hugging Face's preprocessor_config.json, timm's config.json or pretrained_cfg, the JSON of Keras's preprocessing layers, or a text file with torchvision's transforms as Python prints them";

/** Names under which frameworks leave their recipe beside a model; the last is what docs/guide/your-own-model.md proposes. */
const besideModel = ['preprocessor_config.json', 'config.json', 'transforms.txt'];
/** Keys under which an exporter may keep a recipe in the model file. */
const inModel = ['preprocessor_config', 'pretrained_cfg', 'transforms'];

/** @param file path or s3:// address @throws UserError `bad-recipe`; StoreError */
export async function readRecipeFile(file: string): Promise<Recipe> {
  const { name } = splitLocation(file);
  let body: Buffer;
  try {
    body = await readLocation(file);
  } catch (cause) {
    if (!(cause instanceof StoreError) || cause.code !== 'not-found') throw cause;
    throw new UserError('bad-recipe', `The recipe ${file} does not exist. Give a preset, or ${kinds}.`, { cause });
  }
  const recipe = parseRecipe(body.toString('utf8'), name);
  if (recipe !== null) return recipe;
  const isBroken = /\.json$/i.test(name) && jsonObject(body.toString('utf8')) === null;
  const what = isBroken ? 'holds no JSON object: it may be cut off' : 'is no recipe that Gradline knows';
  throw new UserError('bad-recipe', `${file} ${what}. Give ${kinds}.`);
}

/**
 * What the model's metadata say, else a file beside it, or above it where it lies in a folder `onnx` as Optimum writes it.
 * @throws UserError `no-recipe` where nothing says how pictures are to be prepared; `bad-recipe`; StoreError
 */
export async function findRecipe(model: string): Promise<Recipe> {
  const { metadata } = await readModelHead(model).catch((cause: unknown) => {
    if (!(cause instanceof StoreError) || cause.code !== 'not-found') throw cause;
    throw new UserError('model-not-found', `There is no model at '${model}'. Check the path given with --model.`, {
      cause,
    });
  });
  const { folder, name } = splitLocation(model);
  const ultralytics = readUltralyticsMetadata(metadata, name);
  if (ultralytics !== null) return ultralytics;
  for (const key of inModel) {
    const recipe = parseRecipe(metadata.get(key) ?? '', `'${key}' in ${name}`);
    if (recipe !== null) return recipe;
  }
  const above = splitLocation(folder);
  const folders = above.name === 'onnx' ? [folder, above.folder] : [folder];
  for (const place of folders) {
    await using store = await openStore(place);
    for (const file of besideModel) {
      const recipe = (await store.exists(file)) ? parseRecipe((await store.get(file)).toString('utf8'), file) : null;
      if (recipe !== null) return recipe;
    }
  }
  throw new UserError(
    'no-recipe',
    `Nothing says how pictures are prepared for ${model}: its metadata hold no recipe, and ${folders.join(' and ')} has no ` +
      `${besideModel.join(', ')} with one. Give --preprocess a preset (docs/guide/your-own-model.md lists them), or ${kinds}.`,
  );
}

/** Null for a text that is no recipe, such as the config.json of a Hugging Face model. @throws UserError `bad-recipe` */
function parseRecipe(text: string, name: string): Recipe | null {
  const content = jsonObject(text);
  if (content === null) return isPrintedTransforms(text) ? readPrintedTransforms(text, name) : null;
  // Both know a crop_pct; a processor that wraps a model of timm holds its configuration.
  if (isProcessorConfig(content) && !('pretrained_cfg' in content)) return readProcessorConfig(content, name);
  if (isKerasLayers(content)) return readKerasLayers(content, name);
  return isTimmConfig(content) ? readTimmConfig(content, name) : null;
}

function jsonObject(text: string): object | null {
  try {
    const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof content === 'object' ? content : null;
  } catch {
    return null;
  }
}
