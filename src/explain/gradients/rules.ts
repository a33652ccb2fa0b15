/** The rule table: every operator through which gradients pass, and those of which it is known why they cannot. */

import type { NodeProto } from '../onnx/onnx_pb.ts';
import { activations } from './activations.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { linear } from './linear.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { reductions } from './reductions.ts';
import { refusals } from './refusals.ts';
import type { Rule } from './reverse-node.ts';
import { shaping } from './shaping.ts';

const standardRules: Record<string, Rule> = {
  ...activations,
  ...convolution,
  ...elementwise,
  ...linear,
  ...normalization,
  ...pooling,
  ...reductions,
  ...shaping,
};

/** Operators of the standard domain with a rule, sorted. */
export function supportedOperators(): string[] {
  return Object.keys(standardRules).sort();
}

/** The rule for a node, or the reason why there is none. */
export function ruleFor(node: NodeProto): Rule | string {
  const name = operatorName(node);
  return standardRules[name] ?? refusals[name] ?? 'Gradline has no gradient rule for this operator';
}

/** `Conv` for the standard domain, `com.microsoft.Gelu` elsewhere. */
export function operatorName(node: NodeProto): string {
  return node.domain === '' || node.domain === 'ai.onnx' ? node.opType : `${node.domain}.${node.opType}`;
}
