/** The reverse sweep: from the gradient of a score to the gradients at the hooked tensors. */

import type { Builder } from '../onnx/builder.ts';
import { ElementType, isFloat } from '../onnx/element-type.ts';
import type { Graph } from '../onnx/graph.ts';
import type { NodeProto } from '../onnx/onnx_pb.ts';
import { placeOf } from '../onnx/operator-name.ts';
import { gradientFreeMethods } from '../options.ts';
import { UserError } from '../user-error.ts';
import { ReverseNode } from './reverse-node.ts';
import type { Rule } from './rule.ts';
import { hasZeroGradient, ruleFor } from './rules.ts';
import { sumOfGradients } from './sum-of-gradients.ts';

/**
 * Appends the reverse sweep to `build` and returns the gradient of each hooked tensor that the score depends on; the
 * others are missing from the result. Only nodes between the score and the hooked tensors are visited. An operator whose
 * derivative is zero everywhere adds nothing to what comes by other ways, as in PyTorch; where there is no other way, it is refused.
 * @param score tensor to differentiate
 * @param seed gradient at `score`, of its shape: one-hot rows pick a class for each image
 * @param adapt makes of a node's rule the one to sweep with; default: the rule itself
 * @throws UserError `no-gradient-rule` naming the node, its operator and the nearest tensor that would work
 */
export function differentiate(
  graph: Graph,
  build: Builder,
  score: string,
  seed: string,
  hooked: readonly string[],
  adapt: (node: NodeProto, rule: Rule) => Rule = (_, rule) => rule,
): Map<string, string> {
  const depends = dependents(graph, hooked);
  const terms = new Map<string, string[]>([[score, [seed]]]);
  const finished = new Map<string, string>();
  const zeroGradient: NodeProto[] = [];

  const finish = (tensor: string): string | undefined => {
    const known = finished.get(tensor);
    const parts = terms.get(tensor);
    if (known !== undefined || parts === undefined) return known;
    const sum = sumOfGradients(build, parts);
    finished.set(tensor, sum);
    return sum;
  };

  for (const node of graph.nodes.toReversed()) {
    if (!node.output.some((output) => terms.has(output)) || !graph.reads(node).some((input) => depends.has(input)))
      continue;
    if (hasZeroGradient(node)) {
      zeroGradient.push(node);
      continue;
    }
    const rule = adapt(node, requireRule(node, score, graph));
    const reverse = new ReverseNode(node, graph, build, node.output.map(finish));
    const inputGradients = rule(reverse);
    node.input.forEach((input, position) => {
      if (!depends.has(input) || !carriesGradient(graph, input)) return;
      const make = inputGradients[position];
      if (make === undefined && inputGradients.length > 0 && reverse.isFloat(position)) {
        throw reverse.refusal(`its input ${position}, '${input}', depends on the hooked layer`);
      }
      const gradient = make?.();
      if (gradient === undefined) return;
      const parts = terms.get(input);
      if (parts === undefined) terms.set(input, [gradient]);
      else parts.push(gradient);
    });
  }

  const result = new Map<string, string>();
  for (const tensor of hooked) {
    const gradient = finish(tensor);
    if (gradient !== undefined) {
      result.set(tensor, gradient);
      continue;
    }
    const behind = zeroGradient.length === 0 ? undefined : dependents(graph, [tensor]);
    const blocker = zeroGradient.find((node) => graph.reads(node).some((input) => behind?.has(input)));
    if (blocker !== undefined) requireRule(blocker, score, graph);
  }
  return result;
}

/** All tensors that are computed from one of `sources`, with the sources themselves. */
export function dependents(graph: Graph, sources: Iterable<string>): Set<string> {
  const depends = new Set(sources);
  for (const node of graph.nodes) {
    if (graph.reads(node).some((input) => depends.has(input))) for (const output of node.output) depends.add(output);
  }
  return depends;
}

/** Types of whole numbers that stand for quantised floats: gradients pass straight through them (see quantization.ts). */
const quantizedTypes = new Set<number>([
  ElementType.uint8,
  ElementType.int8,
  ElementType.uint16,
  ElementType.int16,
  ElementType.int32,
]);

function carriesGradient(graph: Graph, tensor: string): boolean {
  const type = graph.type(tensor);
  return type !== undefined && (isFloat(type.elementType) || quantizedTypes.has(type.elementType));
}

function requireRule(node: NodeProto, score: string, graph: Graph): Rule {
  const rule = ruleFor(node);
  if (typeof rule === 'function') return rule;
  const reach = firstDifferentiable(graph, score, node);
  throw new UserError(
    'no-gradient-rule',
    `No gradient passes through ${placeOf(node)}: ${rule}. ` +
      (reach === undefined
        ? 'Every layer with a gradient would have to lie behind it.'
        : `Hook a layer behind it; the nearest is '${reach}'.`) +
      ` The methods ${gradientFreeMethods.join(', ')} need no gradient.`,
  );
}

/** The first tensor behind `blocked` from which gradients still reach the score. */
function firstDifferentiable(graph: Graph, score: string, blocked: NodeProto): string | undefined {
  const reachable = differentiableTensors(graph, score);
  const behind = dependents(graph, blocked.output);
  return graph.nodes.flatMap((n) => n.output).find((tensor) => behind.has(tensor) && reachable.has(tensor));
}

/** Tensors whose gradient the sweep can compute. */
export function differentiableTensors(graph: Graph, score: string): Set<string> {
  const reach = gradientReach(graph, score);
  return new Set([...reach].flatMap(([tensor, blocker]) => (blocker === null ? [tensor] : [])));
}

/** How a tensor stands to the score: null where its gradient can be computed, else what is in the way. */
interface Way {
  blocker: string | null;
  /** Whether the blocker only adds nothing, so that another way may be open. */
  zeroGradient: boolean;
}

/** What several readers of a tensor come to: one that is refused bars it, one that is open opens it. */
function joined(a: Way | undefined, b: Way): Way {
  if (a === undefined || a.zeroGradient) return b.blocker === null || !b.zeroGradient ? b : (a ?? b);
  return b.zeroGradient || b.blocker === null ? a : b;
}

/**
 * Every tensor that the score depends on, with null where its gradient can be computed, or the operator that stands
 * in the way on one of its paths.
 */
export function gradientReach(graph: Graph, score: string): Map<string, string | null> {
  const ways = new Map<string, Way>([[score, { blocker: null, zeroGradient: false }]]);
  for (const node of graph.nodes.toReversed()) {
    const outputs = node.output.flatMap((output) => ways.get(output) ?? []);
    if (outputs.length === 0) continue;
    const behind = outputs.reduce(joined);
    const own = typeof ruleFor(node) === 'function' ? null : placeOf(node);
    const way =
      behind.blocker === null ? { blocker: own, zeroGradient: own !== null && hasZeroGradient(node) } : behind;
    for (const input of graph.reads(node)) {
      if (carriesGradient(graph, input)) ways.set(input, joined(ways.get(input), way));
    }
  }
  return new Map([...ways].map(([tensor, { blocker }]) => [tensor, blocker]));
}
