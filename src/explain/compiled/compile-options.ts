/** What a compiled file is to be. */

import type { ExplainerOptions, PixelScaling } from '../options.ts';
import type { DescribedPreprocessing } from './description.ts';
import type { OverlayLook } from './picture.ts';

/** What `compileModel` takes: what is explained, and what the file is to be like. */
export interface CompileOptions
  extends Pick<
    ExplainerOptions,
    | 'model'
    | 'layers'
    | 'methods'
    | 'classNames'
    | 'classIds'
    | 'inputSize'
    | 'outputName'
    | 'inputs'
    | 'inputRows'
    | 'scoreActivation'
    | 'probe'
  > {
  /** Path of the file to write. Its folder is made where it is missing. */
  output: string;
  /**
   * As for an `Explainer`, and `any`: the class that the file's input `target` says for each picture. `label` is given by the input `label`.
   * Default `['predicted']`.
   */
  targets?: string[];
  /** Pictures in a run: `free`, or a number. Default: free wherever every shape of the model allows it, else what the model takes. */
  batch?: 'free' | number;
  /** How pictures become the model's input. Said in the file; done in it with `inputPixels`. */
  preprocessing?: PixelScaling & {
    /** How pictures are brought to the model's size; for whoever prepares them, the file does not. */
    geometry?: (size: { height: number; width: number }) => DescribedPreprocessing['geometry'];
  };
  /** Take pictures as bytes, `[N, height, width, 3]` in RGB, and scale them in the file; needs `preprocessing`. See `ExplainerOptions.pixels`. */
  inputPixels?: boolean;
  /** Return evidence vectors too, `[N, channels]`. */
  evidence?: boolean;
  /** Return maps of this size, bilinearly enlarged, in place of the layer's own grid. */
  upsample?: { height: number; width: number };
  /** Return pictures with the maps drawn over them too, uint8 `[N, height, width, 3]`. For files that take bytes. */
  overlay?: OverlayLook;
  /** Store weights, and compute the network and its gradients, in half precision. For GPUs and phones: CPUs compute in float32 anyway. */
  float16?: boolean;
  /** Put the weights into `<output>.data`. It is done anyway where they are above 2 GB. */
  externalData?: boolean;
  /** Keep operators of ONNX Runtime alone (`com.microsoft`) where the model holds them. */
  contribOperators?: boolean;
}
