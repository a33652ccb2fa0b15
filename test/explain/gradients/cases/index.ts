/** All tables, by family of operators. */

import type { Case } from '../network.ts';
import { activations } from './activations.ts';
import { attention } from './attention.ts';
import { convolution } from './convolution.ts';
import { cutting } from './cutting.ts';
import { elementwise } from './elementwise.ts';
import { fused } from './fused.ts';
import { indexing } from './indexing.ts';
import { linear } from './linear.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { quantization } from './quantization.ts';
import { reductions } from './reductions.ts';
import { resampling } from './resampling.ts';
import { shaping } from './shaping.ts';

export const caseTables: Record<string, Case[]> = {
  activations,
  attention,
  convolution,
  cutting,
  elementwise,
  fused,
  indexing,
  linear,
  normalization,
  pooling,
  quantization,
  reductions,
  resampling,
  shaping,
};
