/** What a rule is. */

import type { ReverseNode } from './reverse-node.ts';

/**
 * Gradients of a node's inputs by position. Each is made only when called, so that nothing off the path is emitted.
 * Undefined stands for inputs through which no gradient flows (indices, shapes, conditions); where such an input is of floats and
 * depends on a hooked tensor, the sweep refuses the node. Null stands for floats that count as constants, and no entries at
 * all for a node that hands on no gradient.
 */
export type InputGradients = ((() => string) | null | undefined)[];

/**
 * The vector-Jacobian product of one operator: from the gradient of its outputs to the gradients of its inputs, as
 * nodes appended by `n.build`. A rule that broadcasts returns gradients in the output's shape through `broadcasting`.
 */
export type Rule = (n: ReverseNode) => InputGradients;

/** Completes a rule whose gradients all have the output's shape. */
export function broadcasting(rule: Rule): Rule {
  return (n) => rule(n).map((make, input) => make && (() => n.unbroadcast(make(), input)));
}
