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
  { input }: Pick<InferenceModel, 'input'>,
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
  const { orientation, levels } = configuration.preprocess;
  return {
    preprocessing,
    channels: input.channels === 1 ? 1 : 3,
    reading: {
      ...(pixelLimit === undefined ? {} : { pixelLimit }),
      ...(orientation === undefined ? {} : { orientation }),
      ...(levels === undefined ? {} : { levels }),
    },
    keepBytes: overlays.write !== 'none' && overlays.on === 'original',
    overlays,
    maps,
    evidence,
    scores,
  };
}
