import type { Rule } from '../gradients/rule.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { UserError } from '../user-error.ts';
import { largestOverChannels } from './input-gradients.ts';
import { type Method, noEvidence } from './method.ts';

/**
 * Guided backpropagation: `M = max_c |R_c|` at the pixels, R being what arrives there when every ReLU on the way also
 * drops the negative part of what comes back to it (Springenberg et al. 2015). A picture of what drives the
 * network at all: it hardly depends on the class.
 */
export const guidedBackprop: Method = {
  needs: 'activations',
  at: 'input',
  guided: true,
  reduce: (hook) =>
    hook.guided?.gradients === undefined ? noEvidence(hook) : largestOverChannels(hook, hook.guided.gradients),
};

/** Whether a node is a ReLU, or one with an upper limit. */
function isRelu(node: NodeProto, graph: Graph): boolean {
  const low = node.input[1] ?? '';
  return node.opType === 'Relu' || (node.opType === 'Clip' && low !== '' && graph.constant(low)?.[0] === 0);
}

/** A ReLU's rule for `relu(gradient)`; every other rule as it is. */
export function guidedRules(graph: Graph): (node: NodeProto, rule: Rule) => Rule {
  return (node, rule) => (isRelu(node, graph) ? (n) => rule(n.withGradient(n.build.op('Relu', [n.g]))) : rule);
}

/** @throws UserError `no-relu` */
export function requireRelus(graph: Graph): void {
  if (graph.nodes.some((node) => isRelu(node, graph))) return;
  throw new UserError(
    'no-relu',
    'Guided backpropagation changes how gradients pass a ReLU, and this model has none. Use --method input-gradients, or a method of layers.',
  );
}
