/** The rule table: every operator through which gradients pass, and those of which it is known why they cannot. */

import type { NodeProto } from '../onnx/onnx_pb.ts';
import { operatorName } from '../onnx/operator-name.ts';
import { activations } from './activations.ts';
import { convolution } from './convolution.ts';
import { cutting } from './cutting.ts';
import { summation } from './einsum.ts';
import { elementwise } from './elementwise.ts';
import { exponentialUnits } from './exponential-units.ts';
import { folding } from './folding.ts';
import { fused } from './fused.ts';
import { fusedAttentions } from './fused-attention.ts';
import { gatedActivations } from './gated-activations.ts';
import { indexing } from './indexing.ts';
import { linear } from './linear.ts';
import { lpPooling } from './lp-pooling.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { quantization } from './quantization.ts';
import { recurrentLayers } from './recurrent.ts';
import { reductions } from './reductions.ts';
import { refusals, zeroGradientOperators } from './refusals.ts';
import { resampling } from './resampling.ts';
import { rotation } from './rotation.ts';
import type { Rule } from './rule.ts';
import { shaping } from './shaping.ts';
import { spatialTransformer } from './spatial-transformer.ts';
import { standardAttention } from './standard-attention.ts';
import { transposedConvolution } from './transposed-convolution.ts';
import { trigonometry } from './trigonometry.ts';

const rules: Record<string, Rule> = {
  ...activations,
  ...convolution,
  ...cutting,
  ...elementwise,
  ...exponentialUnits,
  ...folding,
  ...fused,
  ...fusedAttentions,
  ...gatedActivations,
  ...indexing,
  ...linear,
  ...lpPooling,
  ...normalization,
  ...pooling,
  ...quantization,
  ...recurrentLayers,
  ...reductions,
  ...resampling,
  ...rotation,
  ...shaping,
  ...spatialTransformer,
  ...standardAttention,
  ...summation,
  ...transposedConvolution,
  ...trigonometry,
};

/** Operators with a rule, sorted. */
export function supportedOperators(): string[] {
  return Object.keys(rules).sort();
}

/** Operators that are refused for a reason of their own, sorted. */
export function refusedOperators(): { operator: string; reason: string }[] {
  return Object.entries(refusals)
    .map(([operator, reason]) => ({ operator, reason }))
    .sort((a, b) => (a.operator < b.operator ? -1 : 1));
}

/** The rule for a node, or the reason why there is none. */
export function ruleFor(node: NodeProto): Rule | string {
  const name = operatorName(node);
  return rules[name] ?? refusals[name] ?? 'Gradline has no gradient rule for this operator';
}

/** Whether a node's derivative is zero everywhere, so that it adds nothing to a gradient that comes by another way. */
export function hasZeroGradient(node: NodeProto): boolean {
  return zeroGradientOperators.has(operatorName(node));
}
