import { isBanded } from '../../explain/pixel-input.ts';
import { UserError } from '../../explain/user-error.ts';
import type { RunConfiguration } from '../../shared/run/configuration.ts';
import { resolvePreprocessing } from './decode/preprocessing.ts';
import type { InferenceModel } from './inference/inference-messages.ts';
import type { StageSettings } from './pixels/image-stages.ts';

/**
 * What the stages need to know, from what the user asked for and what the model turned out to be.
 * @throws UserError `wrong-size`, `wrong-preprocessing`
 */
export function pipelineSettings(
  configuration: RunConfiguration,
  { input, thresholds }: Pick<InferenceModel, 'input' | 'thresholds'>,
): StageSettings {
  const preprocessing = resolvePreprocessing(configuration.preprocess, { height: input.height, width: input.width });
  const { height, width } = preprocessing.size;
  if (height !== input.height || width !== input.width) {
    throw new UserError(
      'wrong-size',
      `The model's input '${input.name}' takes ${input.height} x ${input.width} pixels, not ${height} x ${width}. ` +
        'Leave out --size, or give the size of the model where a recipe says another one.',
    );
  }
  const { overlays, maps, evidence, scores, pixelLimit } = configuration;
  const { orientation, levels, decode } = configuration.preprocess;
  return {
    preprocessing,
    channels: input.channels,
    overlayBands: drawnBands(configuration, input),
    reading: {
      ...(pixelLimit === undefined ? {} : { pixelLimit }),
      ...(orientation === undefined ? {} : { orientation }),
      ...(levels === undefined ? {} : { levels }),
      ...(decode === undefined ? {} : { decode }),
    },
    keepBytes: overlays.write !== 'none' && overlays.on === 'original',
    overlays,
    maps,
    evidence,
    scores,
    ...(thresholds === undefined ? {} : { decisions: { thresholds, targets: configuration.targets } }),
  };
}

/** Bands of Sentinel-2 products, with and without the cirrus band, whose red, green and blue are the fourth, third and second. */
const sentinelBands = [12, 13];

/** @throws UserError `bad-setting` for bands that the model does not have, or colours */
function drawnBands({ overlays }: RunConfiguration, input: InferenceModel['input']): readonly number[] {
  const { channels, name } = input;
  const { bands } = overlays;
  if (bands === undefined) {
    if (sentinelBands.includes(channels)) return [4, 3, 2];
    return channels > 3 ? [1, 2, 3] : [1];
  }
  if (!isBanded(input)) {
    throw new UserError(
      'bad-setting',
      `--overlay-bands ${bands.join(',')} means nothing: the model's input '${name}' takes colours.`,
    );
  }
  const missing = bands.find((band) => band > channels);
  if (missing === undefined) return bands;
  throw new UserError(
    'bad-setting',
    `--overlay-bands ${bands.join(',')} cannot be drawn: the model's input '${name}' has ${channels} bands, counted from 1.`,
  );
}
