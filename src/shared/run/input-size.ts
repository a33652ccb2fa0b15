/** The size that pictures are made, as the explainer is asked for it. */

import type { ExplainerOptions } from '../../explain/options.ts';
import type { PreprocessSettings } from './configuration.ts';

/** Nothing where the model decides it. */
export function inputSizeOf({ size, preset }: PreprocessSettings): Pick<ExplainerOptions, 'inputSize'> {
  if (size === undefined) return {};
  if (typeof preset === 'string' || preset.sizeField === undefined) return { inputSize: size };
  return { inputSize: { ...size, from: `'${preset.sizeField}' in ${preset.readFrom}` } };
}
