/** All tables, by family of operators. */

import type { Case } from '../network.ts';
import { activations } from './activations.ts';
import { attention } from './attention.ts';
import { convolution } from './convolution.ts';
import { cutting } from './cutting.ts';
import { elementwise } from './elementwise.ts';
import { folding } from './folding.ts';
import { fused } from './fused.ts';
import { indexing } from './indexing.ts';
import { linear } from './linear.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { quantization } from './quantization.ts';
import { recurrent } from './recurrent.ts';
import { reductions } from './reductions.ts';
import { resampling } from './resampling.ts';
import { shaping } from './shaping.ts';
import { spatialTransformer } from './spatial-transformer.ts';

export const caseTables: Record<string, Case[]> = {
  activations,
  attention,
  convolution,
  cutting,
  elementwise,
  folding,
  fused,
  indexing,
  linear,
  normalization,
  pooling,
  quantization,
  recurrent,
  reductions,
  resampling,
  shaping,
  spatialTransformer,
};
